# SPDX-License-Identifier: Apache-2.0
"""A figure that can be read, checked and repeated.

- `View` holds the picture, the arrays behind it and one sentence that says the same in words
- `canvas()` opens a figure in the workbook's style, `COLOURS` and `HATCHES` keep one look per tensor and pipe
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("workbook.mplstyle")

# Okabe and Ito's palette: eight colours that stay apart under the common forms of colour blindness. A tensor or pipe
# has its colour everywhere; hatches and written names repeat it, so that no figure speaks by colour alone.
COLOURS: Mapping[str, str] = {
    "predict": "#0072B2",
    "label": "#E69F00",
    "dout": "#009E73",
    "y": "#D55E00",
    "work": "#999999",
    "free": "#FFFFFF",
    "MTE2": "#56B4E9",
    "V": "#CC79A7",
    "MTE3": "#F0E442",
    "S": "#999999",
    "ink": "#000000",
    "faint": "#666666",
}
HATCHES: Mapping[str, str] = {"predict": "", "label": "//", "dout": "..", "y": "\\\\", "work": "xx", "free": ""}
PIPE_WORK: Mapping[str, str] = {"MTE2": "copy in", "V": "compute", "MTE3": "copy out", "S": "scalar"}


@dataclass(frozen=True, repr=False)
class View:
    """One drawn figure. As the last line of a cell it shows the picture with its sentence below.

    Attributes:
        figure: the Matplotlib figure.
        data: the arrays that were drawn, by name; a cell asserts on these, never on pixels.
        summary: what there is to see, in words.
    """

    figure: Figure
    data: Mapping[str, np.ndarray] = field(default_factory=dict)
    summary: str = ""

    @property
    def axes(self) -> Axes:
        """The first axes of the figure."""
        return self.figure.axes[0]

    def __repr__(self) -> str:
        return f"<View {self.summary}>"

    def png(self) -> bytes:
        """The picture; the same bytes each time with the same versions of Matplotlib and its libraries."""
        buffer = io.BytesIO()
        with matplotlib.style.context(STYLE):
            self.figure.savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        # Raw data instead of pyplot: nothing depends on a backend, and the text beside the picture is the sentence.
        alternative = {"image/png": {"alt": self.summary}}
        display({"image/png": self.png(), "text/plain": repr(self)}, raw=True, metadata=alternative)
        print(self.summary)


@contextlib.contextmanager
def canvas(height_inches: float = 3.2) -> Iterator[tuple[Figure, Axes]]:
    """Yield a new figure of the workbook's width and its axes; what is drawn inside takes the workbook's style."""
    with matplotlib.style.context(STYLE):
        figure = Figure(figsize=(matplotlib.rcParams["figure.figsize"][0], height_inches))
        yield figure, figure.add_subplot()
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # a layout found anew at every drawing moves by a fraction of a pixel
