"""Tables of TeX commands: characters with their classes, function names, accents, spaces, fonts, fences.

The classes are those of The TeXbook, chapter 17: ord, op, bin, rel, open, close, punct, inner.
"""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_ORD = _pairs(r"""
    alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ lambda λ
    mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω
    Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
    infty ∞ partial ∂ nabla ∇ ell ℓ hbar ℏ hslash ℏ imath 𝚤 jmath 𝚥 Re ℜ Im ℑ wp ℘ aleph ℵ beth ℶ emptyset ∅ varnothing ∅
    forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ top ⊤ bot ⊥ angle ∠ measuredangle ∡ triangle △ square □ Box □ blacksquare ■
    Diamond ◇ lozenge ◊ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ flat ♭ natural ♮ sharp ♯ prime ′ backprime ‵
    ldots … dots … dotsc … cdots ⋯ dotsb ⋯ dotsm ⋯ dotsi ⋯ vdots ⋮ ddots ⋱ complement ∁ checkmark ✓ dag † ddag ‡ S § P ¶
    degree ° pounds £ copyright © surd √ Vert ‖ vert | | ‖ backslash \ _ _ % % # # & & $ $ aa å o ø O Ø AA Å l ł L Ł ss ß ae æ
""")
_OP = _pairs("""
    sum ∑ prod ∏ coprod ∐ bigcup ⋃ bigcap ⋂ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄ bigsqcup ⨆
    int ∫ iint ∬ iiint ∭ oint ∮ smallint ∫
""")
_BIN = _pairs("""
    pm ± mp ∓ times × div ÷ cdot ⋅ ast ∗ star ⋆ circ ∘ bullet ∙ cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔ vee ∨ lor ∨ wedge ∧ land ∧
    setminus ∖ smallsetminus ∖ wr ≀ diamond ⋄ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙ bigcirc ◯ dagger † ddagger ‡ amalg ⨿
    triangleleft ◁ triangleright ▷ boxplus ⊞ boxtimes ⊠ boxminus ⊟ boxdot ⊡ ltimes ⋉ rtimes ⋊ dotplus ∔ barwedge ⊼ veebar ⊻
    centerdot ⋅ circledast ⊛ circledcirc ⊚ intercal ⊺ bigtriangleup △ bigtriangledown ▽
""")
_REL = _pairs("""
    leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ equiv ≡ sim ∼ simeq ≃ approx ≈ cong ≅ asymp ≍ doteq ≐ propto ∝ varpropto ∝ models ⊨ vdash ⊢
    dashv ⊣ vDash ⊨ Vdash ⊩ perp ⟂ mid ∣ nmid ∤ parallel ∥ nparallel ∦ ll ≪ gg ≫ lll ⋘ ggg ⋙ prec ≺ succ ≻ preceq ⪯ succeq ⪰
    preccurlyeq ≼ succcurlyeq ≽ in ∈ ni ∋ owns ∋ notin ∉ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ nsubseteq ⊈ nsupseteq ⊉
    subsetneq ⊊ supsetneq ⊋ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ leqslant ⩽ geqslant ⩾ leqq ≦ geqq ≧ lesssim ≲
    gtrsim ≳ lessgtr ≶ gtrless ≷ lessapprox ⪅ gtrapprox ⪆ approxeq ≊ triangleq ≜ bumpeq ≏ doteqdot ≑ coloneqq ≔ eqqcolon ≕
    coloneq ≔ Coloneqq ⩴ nless ≮ ngtr ≯ nleq ≰ ngeq ≱ nsim ≁ ncong ≇ bowtie ⋈ smile ⌣ frown ⌢ therefore ∴ because ∵ between ≬
    to → gets ← rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ uparrow ↑ downarrow ↓
    updownarrow ↕ Uparrow ⇑ Downarrow ⇓ Updownarrow ⇕ longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷ Longrightarrow ⟹
    Longleftarrow ⟸ Longleftrightarrow ⟺ implies ⟹ impliedby ⟸ iff ⟺ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩
    nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ rightharpoonup ⇀ rightharpoondown ⇁ leftharpoonup ↼ leftharpoondown ↽
    rightleftharpoons ⇌ leftrightarrows ⇆ rightleftarrows ⇄ rightrightarrows ⇉ leadsto ⇝ rightsquigarrow ⇝ nrightarrow ↛
    nleftarrow ↚ nRightarrow ⇏ twoheadrightarrow ↠ rightarrowtail ↣ upharpoonright ↾ restriction ↾ multimap ⊸ vcentcolon :
""")
_OPEN = _pairs(r"{ { lbrace { lbrack [ lvert | lVert ‖ langle ⟨ lfloor ⌊ lceil ⌈ lgroup ⟮ ulcorner ⌜ llcorner ⌞")
_CLOSE = _pairs(r"} } rbrace } rbrack ] rvert | rVert ‖ rangle ⟩ rfloor ⌋ rceil ⌉ rgroup ⟯ urcorner ⌝ lrcorner ⌟")
_PUNCT = _pairs("colon :")
_PLAIN = {
    "bin": "+ + - − * ∗",
    "rel": "= = < < > > : :",
    "open": "( ( [ [",
    "close": ") ) ] ] ! ! ? ?",
    "punct": ", , ; ;",
    "ord": '/ / . . | | @ @ " " ` `',
}
_GROUPS = {"ord": _ORD, "op": _OP, "bin": _BIN, "rel": _REL, "open": _OPEN, "close": _CLOSE, "punct": _PUNCT}

#: command without backslash -> character and class
SYMBOLS = {name: (char, kind) for kind, names in _GROUPS.items() for name, char in names.items()}
#: character as typed -> character and class
TYPED = {char: (char, kind) for char, kind in [*SYMBOLS.values()][::-1]} | {
    typed: (char, kind) for kind, text in _PLAIN.items() for typed, char in _pairs(text).items()
}

INTEGRALS = "∫∬∭∮"  # limits are placed beside these
FUNCTIONS = {
    "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "dim", "exp", "hom", "ker", "lg", "ln",
    "log", "sec", "sin", "sinh", "tan", "tanh",
}  # fmt: skip
LIMITS = {name: name for name in ("det", "gcd", "inf", "lim", "max", "min", "Pr", "sup")} | {  # limits below, in display style
    "liminf": "lim\u2009inf",
    "limsup": "lim\u2009sup",
    "argmax": "arg\u2009max",
    "argmin": "arg\u2009min",
}

SPACES = {  # em
    ",": 3 / 18, "thinspace": 3 / 18, ":": 4 / 18, ">": 4 / 18, "medspace": 4 / 18, ";": 5 / 18, "thickspace": 5 / 18,
    "!": -3 / 18, "negthinspace": -3 / 18, "negmedspace": -4 / 18, "negthickspace": -5 / 18,
    "enspace": 0.5, "enskip": 0.5, "quad": 1.0, "qquad": 2.0, " ": 1 / 3, "\n": 1 / 3, "space": 1 / 3, "nobreakspace": 1 / 3,
}  # fmt: skip
LENGTHS = {"em": 1.0, "ex": 0.43, "mu": 1 / 18, "pt": 0.1, "mm": 0.2845, "cm": 2.845, "in": 7.227}  # in em, for text of 10 pt

#: accent -> combining character, and the spacing character for MathML
ACCENTS = {
    "hat": ("\u0302", "ˆ"), "widehat": ("\u0302", "\u0302"), "tilde": ("\u0303", "˜"), "widetilde": ("\u0303", "~"),
    "bar": ("\u0304", "¯"), "vec": ("\u20d7", "→"), "dot": ("\u0307", "˙"), "ddot": ("\u0308", "¨"), "dddot": ("\u20db", "⃛"),
    "check": ("\u030c", "ˇ"), "breve": ("\u0306", "˘"), "acute": ("\u0301", "´"),
    "grave": ("\u0300", "`"), "mathring": ("\u030a", "˚"), "overrightarrow": ("\u20d7", "→"),
    "overleftarrow": ("\u20d6", "←"), "overleftrightarrow": ("\u20e1", "↔"),
}  # fmt: skip
WIDE = {"widehat", "widetilde", "overrightarrow", "overleftarrow", "overleftrightarrow"}
BRACES = {"overbrace": "⏞", "underbrace": "⏟", "overbracket": "⎴", "underbracket": "⎵", "overline": "¯", "underline": "_"}
ARROWS = {"xrightarrow": "→", "xleftarrow": "←", "xleftrightarrow": "↔", "xRightarrow": "⇒", "xmapsto": "↦"}

FENCES = {
    **{char: char for char in "()[]|/"},
    "<": "⟨", ">": "⟩", ".": "", "\\{": "{", "\\}": "}", "\\|": "‖", "\\Vert": "‖", "\\vert": "|", "\\backslash": "\\",
    **{f"\\{name}": char for names in (_OPEN, _CLOSE) for name, char in names.items()},
    **{f"\\{name}": _REL[name] for name in ("uparrow", "downarrow", "updownarrow", "Uparrow", "Downarrow", "Updownarrow")},
    **{char: char for char in "⟨⟩⌊⌋⌈⌉‖"},
}  # fmt: skip
SIZES = {"big": 1.2, "Big": 1.8, "bigg": 2.4, "Bigg": 3.0}  # em
SIZED = {"": "ord", "l": "open", "r": "close", "m": "rel"}

FONTS = {
    "mathrm": "rm", "mathup": "rm", "mathnormal": "", "mathbf": "bf", "mathit": "it", "boldsymbol": "bfit", "bm": "bfit",
    "mathbb": "bb", "mathcal": "cal", "mathscr": "cal", "mathfrak": "frak", "mathsf": "sf", "mathtt": "tt", "symbf": "bf",
    "mathbfit": "bfit", "pmb": "bfit",
}  # fmt: skip
TEXTS = {
    **dict.fromkeys(("text", "textrm", "textnormal", "textup", "mbox"), "rm"),
    "textit": "it", "textbf": "bf", "texttt": "tt",
}  # fmt: skip
KINDS = {f"math{kind}": kind for kind in ("ord", "op", "bin", "rel", "open", "close", "punct", "inner")}
STYLES = {"displaystyle": "display", "textstyle": "inline", "scriptstyle": "script", "scriptscriptstyle": "sscript"}

# First characters of A-Z, a-z, 0-9, Α-Ω, α-ω in each alphabet of the Unicode block U+1D400.
_ALPHABETS = {
    "bf": (0x1D400, 0x1D41A, 0x1D7CE, 0x1D6A8, 0x1D6C2),
    "it": (0x1D434, 0x1D44E, 0, 0x1D6E2, 0x1D6FC),
    "bfit": (0x1D468, 0x1D482, 0x1D7CE, 0x1D6A8, 0x1D736),  # Greek capitals and digits are upright in TeX
    "bb": (0x1D538, 0x1D552, 0x1D7D8, 0, 0),
    "cal": (0x1D49C, 0x1D4B6, 0, 0, 0),
    "frak": (0x1D504, 0x1D51E, 0, 0, 0),
    "sf": (0x1D5A0, 0x1D5BA, 0x1D7E2, 0, 0),
    "tt": (0x1D670, 0x1D68A, 0x1D7F6, 0, 0),
}
_FIRST = (("A", "Z"), ("a", "z"), ("0", "9"), ("Α", "Ω"), ("α", "ω"))
_ELSEWHERE = {  # font + letter -> character outside its alphabet
    "bbC": "ℂ", "bbH": "ℍ", "bbN": "ℕ", "bbP": "ℙ", "bbQ": "ℚ", "bbR": "ℝ", "bbZ": "ℤ", "calB": "ℬ", "calE": "ℰ", "calF": "ℱ",
    "calH": "ℋ", "calI": "ℐ", "calL": "ℒ", "calM": "ℳ", "calR": "ℛ", "cale": "ℯ", "calg": "ℊ", "calo": "ℴ", "frakC": "ℭ",
    "frakH": "ℌ", "frakI": "ℑ", "frakR": "ℜ", "frakZ": "ℨ", "ith": "ℎ", "bfit∇": "𝛁", "bfit∂": "𝝏", "bfitϵ": "𝝐", "bfitϑ": "𝝑",
    "bfitϕ": "𝝓", "bfitϱ": "𝝔", "bfitϖ": "𝝕", "bf∇": "𝛁", "bb𝟙": "𝟙",
}  # fmt: skip


def letter(char: str, font: str) -> str | None:
    """Return a letter or digit in a math font, or None if the font lacks it."""
    if font + char in _ELSEWHERE:
        return _ELSEWHERE[font + char]
    for (first, last), start in zip(_FIRST, _ALPHABETS.get(font, (0,) * 5), strict=True):
        if first <= char <= last:
            return chr(start + ord(char) - ord(first)) if start else None
    return None


# Unsupported commands, and what to write instead.
REFUSED = {
    **dict.fromkeys(("qty", "SI", "si", "unit", "num"), r"Write number and unit out: 3\,\mathrm{kg}."),
    **dict.fromkeys(("newcommand", "renewcommand", "def", "let", "DeclareMathOperator"), "Write what the command stands for."),
    **dict.fromkeys(("label",), "Write {#eq:name} after the formula."),
    **dict.fromkeys(("ref", "eqref", "cref", "autoref"), "Write @eq:name in the text."),
    **dict.fromkeys(("tag",), "Write {#eq:name} after the formula: the program numbers it."),
    **dict.fromkeys(("over", "above"), r"Write \frac{a}{b}."),
    **dict.fromkeys(("choose", "brack", "brace"), r"Write \binom{n}{k}."),
    "atop": r"Write \substack{a \\ b}.",
    **dict.fromkeys(("bf", "rm", "it", "sf", "tt", "cal"), r"Write \mathbf{x}, \mathrm{x}, \mathcal{x}."),
    **dict.fromkeys(("color", "textcolor", "colorbox", "cancel", "bcancel", "sout"), "Leave it out: formulas have one colour."),
    **dict.fromkeys(("norm",), r"Write \lVert x \rVert."),
    **dict.fromkeys(("abs",), r"Write \lvert x \rvert."),
    **dict.fromkeys(("set",), r"Write \{ x \}."),
    **dict.fromkeys(("dv", "pdv", "derivative"), r"Write \frac{\partial f}{\partial x}."),
    **dict.fromkeys(("E", "R", "N", "Z"), r"Write \mathbb{E}, \mathbb{R}."),
    **dict.fromkeys(("KL",), r"Write D_{\mathrm{KL}}."),
    **dict.fromkeys(("hphantom", "vphantom", "smash"), r"Write \phantom{x} or \hspace{1em}."),
    "ensuremath": "Leave it out.",
    "newline": r"Write \begin{aligned} a &= b \\ c &= d \end{aligned}.",
    "intertext": "End the formula, write the words, begin another.",
    "mathbbm": r"Write \mathbb{1}.",
    "textsf": r"Write \mathsf{x}.",
}
