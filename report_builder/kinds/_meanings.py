"""What the name of a parameter means to the plan, in whatever kind it stands; every other name is the kind's own business."""

from __future__ import annotations

READ_BY_PLAN = {
    "latent_dim": "Of a model: dimensions of its code. A probe with `LATENT_DIM` is refused where it is another.",
    "path": "Of a data set: where its files are. Of a built-in one it only says where the bytes lie, and is in no key.",
    "width_cm": "Of a figure: its width on paper; filled in from the column in which the figure stands.",
    "terms": "Of a figure or metric that reads a history: logged terms or lists of them, all of which must be logged.",
    "split": "Of a probe or metric: part of the data set; it must be there. Of a metric the scope in the names of its facts.",
    "of": "Of a metric: id of the figure whose images it measures; filled in, its scope, and no part of how it measures.",
    "probe": "Of a metric: the probe whose images it measures; its scope is then its id, and it is no part of how it measures.",
    "judge": "Of a metric or figure: id of the run that judges; in the key of facts stands what was trained, not the id.",
    "n": "Of a metric: how many images; no part of how it measures.",
    "ends": "Of a metric: the images between which it goes; no part of how it measures.",
    "images": "Of a probe: the probe inside it, `{kind, parameter: value, ...}`, whose images are judged.",
    "classes": "Of a probe inside another: the classes that its images show, by name or place; the judge must know them.",
    "z": "Of a probe: `encoded` looks at images of its split; any other code is drawn, and no part of the data is seen.",
}
