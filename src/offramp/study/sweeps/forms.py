"""The arrays of a store: what each is called, measures and means, and how its bytes are made.

zarr writes into memory; what it wrote is taken as bytes, so that the store can put every file
in its place whole or not at all, and so that lost metadata can be made again from an order.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offramp.analysis.results import UNRESOLVED
from offramp.study.sweeps.codes import WORDS, flags
from offramp.study.sweeps.ordering import Order, Part
from offramp.study.sweeps.solving import Plan, Rows

LEVEL = 3
"""How hard zstd tries; numbers hardly get smaller by trying harder."""
OWN = {
    "strategy": ("edge", {"units": "1", "long_name": "Probability of the move at its node"}),
    "quantity_value": ("quantity", {"units": "as asked", "long_name": "Value of the quantity"}),
    "quantity_status": ("quantity", {"units": "1", "long_name": "Whether it has a value"}),
}
"""Variables of a sweep's own: dimension besides the draw, attributes."""
EDGE = {
    "edge": "Number of the edge",
    "edge_node": "Number of the solved node that the edge leaves",
    "edge_move": "Name of the move",
    "edge_state": "Who moves at which step in which state",
}
Labels = dict[str, tuple[tuple[str, ...], NDArray[Any], Mapping[str, Any]]]
"""Name to dims, values and attributes."""
BESIDE = {
    "probability": "outcome_kind",
    "parameters": "parameter_unit",
    "strategy": "edge_node edge_move edge_state",
}
"""Variable to the labels that are not the names of its dims."""
GROUP = {"attributes": {}, "zarr_format": 3, "node_type": "group"}


@dataclass(frozen=True, eq=False)
class Form:
    """One array: dims, kind of number, size of its other dimensions, attributes, fill value."""

    name: str
    dims: tuple[str, ...]
    dtype: np.dtype[Any]
    others: tuple[int, ...]
    attrs: Mapping[str, Any]

    @property
    def fill(self) -> Any:
        """What stands where no draw is solved yet."""
        if self.name == "draw":
            return -1
        return np.nan if self.dtype.kind == "f" else 0

    def keys(self, number: int) -> str:
        """The name of the file that holds a chunk of it."""
        return "/".join([self.name, "c", str(number), *("0" for _ in self.others)])


@dataclass(frozen=True, eq=False)
class Forms:
    """All arrays of a store: those by draw, and the labels; ``attrs`` of the whole."""

    order: Order
    arrays: tuple[Form, ...]
    labels: Labels
    attrs: Mapping[str, Any]

    def metadata(self, draws: int) -> Iterator[tuple[str, bytes]]:
        """Every file of the store that holds no draw, for ``draws`` draws; the root comes last."""
        found: dict[str, Any] = {}
        for form in self.arrays:
            told = self._memory[form.name].described
            found[form.name] = told | {"shape": [draws, *form.others]}
            yield f"{form.name}/zarr.json", _json(found[form.name])
        for name, (dims, values, attrs) in self.labels.items():
            form = Form(name, dims, values.dtype, values.shape[1:], attrs)
            memory = _Memory(values.shape, values.shape, form)
            memory.array[...] = values
            found[name] = memory.described
            yield f"{name}/zarr.json", memory.file("zarr.json")
            yield f"{name}/c/0", memory.file("c/0")
        yield "sweep/zarr.json", _json(GROUP)
        found["sweep"] = GROUP
        inline = {"kind": "inline", "must_understand": False, "metadata": found}
        yield (
            "zarr.json",
            _json(
                {
                    **GROUP,
                    "attributes": {**self.attrs, "draws": draws},
                    "consolidated_metadata": inline,
                }
            ),
        )

    def files(self, number: int, first: int, data: Rows) -> Iterator[tuple[str, bytes]]:
        """The files of a chunk whose first rows are ``data``, the first of index ``first``."""
        count = len(next(iter(data.values())))
        rows = data | {"draw": np.arange(first, first + count)}
        for form in self.arrays:
            memory = self._memory[form.name]
            whole = np.full(memory.array.shape, form.fill, form.dtype)
            whole[:count] = rows[form.name]
            memory.array[...] = whole
            yield form.keys(number), memory.file("/".join(["c", "0", *("0" for _ in form.others)]))

    def joined(self, root: Path, part: Part, data: Rows) -> Rows:
        """Draws of a part that the store at ``root`` has, with ``data`` after them."""
        import zarr

        arrays: Any = zarr.open_group(root, mode="r")
        return {
            name: np.concatenate([np.asarray(arrays[name][part.first : part.stop]), values])
            for name, values in data.items()
        }

    @cached_property
    def _memory(self) -> dict[str, _Memory]:
        size = self.order.chunk
        return {
            form.name: _Memory((size, *form.others), (size, *form.others), form)
            for form in self.arrays
        }


class _Memory:
    """An array in memory, as zarr would have written it."""

    def __init__(self, shape: Sequence[int], chunks: Sequence[int], form: Form) -> None:
        import zarr
        from zarr.codecs import ZstdCodec
        from zarr.storage import MemoryStore

        text = form.dtype.kind == "U"
        self.store: dict[str, Any] = {}
        self.array: Any = zarr.create_array(
            store=MemoryStore(self.store),
            shape=tuple(shape),
            chunks=tuple(chunks),
            dtype="string" if text else form.dtype,
            fill_value="" if text else form.fill,
            compressors=[ZstdCodec(level=LEVEL, checksum=True)],
            dimension_names=form.dims,
            attributes=dict(form.attrs),
            config={"write_empty_chunks": True},
        )

    @property
    def described(self) -> dict[str, Any]:
        """The array's metadata."""
        return json.loads(self.file("zarr.json"))

    def file(self, name: str) -> bytes:
        """The bytes of one of its files."""
        return self.store[name].to_bytes()


def forms_of(plan: Plan, attrs: Mapping[str, Any]) -> Forms:
    """The arrays of the store of an order; ``attrs`` are those of the whole dataset."""
    template = plan.template
    draw = {key: template["draw"].attrs[key] for key in ("units", "long_name")}
    arrays = [Form("draw", ("draw",), np.dtype(np.int64), (), draw)]
    for name, values in plan.blank.items():
        if name in OWN:
            dims, about = ("draw", OWN[name][0]), dict(OWN[name][1])
        else:
            about, dims = dict(template[name].attrs), tuple(map(str, template[name].dims))
        about |= flags(name) if name in WORDS else {}
        about |= {"coordinates": BESIDE[name]} if name in BESIDE else {}
        arrays.append(Form(name, dims, values.dtype, values.shape[1:], about))
    used = {dim for form in arrays for dim in form.dims}
    labels: Labels = {
        str(name): (tuple(map(str, one.dims)), one.values, dict(one.attrs))
        for name, one in template.coords.items()
        if name != "draw" and set(one.dims) <= used
    }
    return Forms(
        plan.order, tuple(arrays), labels | _kinds(plan) | _asked(plan) | _edges(plan), dict(attrs)
    )


def _kinds(plan: Plan) -> Labels:
    """The kind of every outcome, so that agreements can be told in the store alone."""
    kinds = np.array([*(one.kind for one in plan.game.meaning.outcomes), UNRESOLVED])
    about = {"units": "1", "long_name": "Kind of the outcome"}
    return {"outcome_kind": (("outcome",), kinds, about)}


def _asked(plan: Plan) -> Labels:
    """The quantities as they were asked for."""
    if not len(plan.questions):
        return {}
    about = {"units": "1", "long_name": "The quantity as claims write it"}
    return {"quantity": (("quantity",), np.array(plan.questions.texts), about)}


def _edges(plan: Plan) -> Labels:
    """Labels of the edges, where strategies are kept."""
    if "strategy" not in plan.order.keep:
        return {}
    game = plan.game
    node = np.repeat(np.arange(game.structure.nodes), np.diff(game.structure.first))
    states = np.array([game.node_words(one) for one in range(game.structure.nodes)])
    columns = {
        "edge": np.arange(game.structure.edges),
        "edge_node": node,
        "edge_move": np.array(game.moves)[game.edge_move],
        "edge_state": states[node],
    }
    return {
        name: (("edge",), values, {"units": "1", "long_name": EDGE[name]})
        for name, values in columns.items()
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode()
