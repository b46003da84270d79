"""Symbols of the losses of autoencoders, each with its meaning in every language of the reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Meaning: TypeAlias = Mapping[str, str]
Symbol: TypeAlias = tuple[str, Meaning]

PIXEL: Symbol = (
    r"x_i",
    {
        "en": "pixel of the image",
        "pl": "piksel obrazu",
        "ru": "пиксель изображения",
        "zh-Hant": "影像的像素",
    },
)
PROBABILITY: Symbol = (
    r"\hat{x}_i",
    {
        "en": "probability that this pixel is 1, given by the decoder for the drawn z",
        "pl": "prawdopodobieństwo, że ten piksel ma wartość 1, podane przez dekoder dla wylosowanego z",
        "ru": "вероятность того, что этот пиксель равен 1, которую даёт декодер для выбранного z",
        "zh-Hant": "解碼器由抽取的 z 給出的該像素為 1 的機率",
    },
)
SHAPE: Symbol = (
    r"\hat{x}_i",
    {
        "en": "parameter of the continuous Bernoulli distribution of this pixel, given by the decoder for the drawn z",
        "pl": "parametr ciągłego rozkładu Bernoulliego tego piksela, podany przez dekoder dla wylosowanego z",
        "ru": "параметр непрерывного распределения Бернулли этого пикселя, который даёт декодер для выбранного z",
        "zh-Hant": "該像素的連續伯努利分布之參數，由解碼器依抽取的 z 給出",
    },
)
NORMALISER: Symbol = (
    r"C",
    {
        "en": "factor by which the density of a pixel integrates to 1",
        "pl": "czynnik, dzięki któremu gęstość piksela całkuje się do 1",
        "ru": "множитель, при котором плотность пикселя интегрируется в 1",
        "zh-Hant": "使像素密度積分為 1 的因子",
    },
)
DRAWN: Symbol = (
    r"\hat{x}_i",
    {
        "en": "the same pixel as the decoder draws it for the drawn z, between 0 and 1",
        "pl": "ten sam piksel odtworzony przez dekoder dla wylosowanego z, od 0 do 1",
        "ru": "тот же пиксель, восстановленный декодером для выбранного z, от 0 до 1",
        "zh-Hant": "解碼器由抽取的 z 重建的同一像素，介於 0 與 1 之間",
    },
)
DECODED: Symbol = (
    r"\hat{x}_i",
    {
        "en": "the same pixel as the decoder draws it, between 0 and 1",
        "pl": "ten sam piksel odtworzony przez dekoder, od 0 do 1",
        "ru": "тот же пиксель, восстановленный декодером, от 0 до 1",
        "zh-Hant": "解碼器重建的同一像素，介於 0 與 1 之間",
    },
)
PIXELS: Symbol = (
    r"D",
    {"en": "number of pixels", "pl": "liczba pikseli", "ru": "число пикселей", "zh-Hant": "像素數"},
)
AXES: Symbol = (
    r"d",
    {
        "en": "dimension of the latent space",
        "pl": "wymiar przestrzeni ukrytej",
        "ru": "размерность латентного пространства",
        "zh-Hant": "潛在空間的維度",
    },
)
MOMENTS: Symbol = (
    r"\mu, \sigma",
    {
        "en": "mean and standard deviation that the encoder gives for the image x",
        "pl": "średnia i odchylenie standardowe podane przez enkoder dla obrazu x",
        "ru": "среднее и стандартное отклонение, которые даёт кодировщик для изображения x",
        "zh-Hant": "編碼器對影像 x 給出的平均值與標準差",
    },
)
PRIOR: Symbol = (
    r"p(z)",
    {
        "en": "prior, the standard normal distribution",
        "pl": "rozkład a priori, standardowy rozkład normalny",
        "ru": "априорное распределение, стандартное нормальное",
        "zh-Hant": "先驗分布，即標準常態分布",
    },
)
SIMILARITY: Symbol = (
    r"\mathrm{SSIM}(x, \hat{x})",
    {
        "en": "structural similarity of the image and the drawn image (Gaussian window, standard deviation of 1.5 pixels)",
        "pl": "podobieństwo strukturalne obrazu i obrazu odtworzonego (okno Gaussa o odchyleniu standardowym 1,5 piksela)",
        "ru": "структурное сходство изображения с восстановленным (гауссово окно, стандартное отклонение 1,5 пикселя)",
        "zh-Hant": "影像與重建影像的結構相似度（高斯視窗，標準差為 1.5 像素）",
    },
)
GROWING_BETA: Symbol = (
    r"\beta_t",
    {
        "en": "weight of the KL term in this step of the training; held-out images are judged with its final value",
        "pl": "waga członu KL w danym kroku uczenia; obrazy, na których model się nie uczy, ocenia się z jej wartością końcową",
        "ru": "вес члена KL на этом шаге обучения; отложенные изображения оцениваются с его конечным значением",
        "zh-Hant": "訓練到此步時 KL 項的權重；未用於訓練的影像以其最終值評估",
    },
)
STEPS_DONE: Symbol = (
    r"t",
    {
        "en": "number of training steps done",
        "pl": "liczba wykonanych kroków uczenia",
        "ru": "число выполненных шагов обучения",
        "zh-Hant": "已完成的訓練步數",
    },
)
OF_BATCH: Symbol = (
    r"K_j",
    {
        "en": "KL divergence of the j-th latent dimension, mean over the images of the batch (bar)",
        "pl": "dywergencja KL j-tego wymiaru przestrzeni ukrytej, średnia po obrazach paczki (kreska)",
        "ru": "дивергенция KL j-го измерения латентного пространства, среднее по изображениям пакета (черта)",
        "zh-Hant": "第 j 個潛在維度的 KL 散度，對批次中的影像取平均（上橫線）",
    },
)
ENCODER_DECODER: Symbol = (
    r"e_\phi, d_\theta",
    {"en": "encoder and decoder", "pl": "enkoder i dekoder", "ru": "кодировщик и декодировщик", "zh-Hant": "編碼器與解碼器"},
)

# --- meanings of weights, which are printed with their values -----------------------------------------------------------------

BETA: Meaning = {"en": "weight of the KL term", "pl": "waga członu KL", "ru": "вес члена KL", "zh-Hant": "KL 項的權重"}
FULL_BETA: Meaning = {
    "en": "final weight of the KL term",
    "pl": "końcowa waga członu KL",
    "ru": "конечный вес члена KL",
    "zh-Hant": "KL 項的最終權重",
}
RECONSTRUCTION_WEIGHT: Meaning = {
    "en": "weight of the reconstruction term",
    "pl": "waga członu rekonstrukcji",
    "ru": "вес члена реконструкции",
    "zh-Hant": "重建項的權重",
}
SSIM_WEIGHT: Meaning = {
    "en": "weight of the SSIM term",
    "pl": "waga członu SSIM",
    "ru": "вес члена SSIM",
    "zh-Hant": "SSIM 項的權重",
}
FREE_BITS: Meaning = {
    "en": "nats that each latent dimension costs at least (free bits)",
    "pl": "najmniejszy koszt każdego wymiaru przestrzeni ukrytej w natach (free bits)",
    "ru": "наименьшая стоимость каждого измерения латентного пространства в натах (free bits)",
    "zh-Hant": "每個潛在維度至少的代價，單位為奈特（free bits）",
}
WARM_UP: Meaning = {
    "en": "training steps in which the weight grows; epochs: {n}",
    "pl": "liczba kroków uczenia, w których waga rośnie; liczba epok: {n}",
    "ru": "число шагов обучения, за которые вес растёт; эпох: {n}",
    "zh-Hant": "權重增加所用的訓練步數；週期數：{n}",
}


def valued(letter: str, value: float, meaning: Meaning) -> Symbol:
    r"""A weight with its value, e.g. `\beta = 4`."""
    return f"{letter} = {value:g}", meaning


def warm_up(epochs: float) -> Symbol:
    """The length of the warm-up."""
    return "T", {code: text.format(n=f"{epochs:g}") for code, text in WARM_UP.items()}


def posterior(given: str) -> Symbol:
    """The encoder's distribution, for what it is told."""
    meaning = {
        "en": "normal distribution with this mean and standard deviation",
        "pl": "rozkład normalny o tej średniej i tym odchyleniu standardowym",
        "ru": "нормальное распределение с этими средним и стандартным отклонением",
        "zh-Hant": "具有上述平均值與標準差的常態分布",
    }
    return rf"q_\phi(z \mid {given})", meaning
