"""The round: steps, moves and mechanisms, as the strip of the form adds and changes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from offramp.core.errors import OfframpError
from offramp.scenario.model import Mechanism
from offramp.scenario.shelf import library_files
from offramp.web.forms.roundtrip import flow, row, section
from offramp.web.forms.values import (
    mapping,
    name_of,
    names_in,
    number_or_text,
    sequence,
    step_at,
    step_name,
)

Fields = Mapping[str, Any]


def _steps(document: Any) -> set[str]:
    return {str(mapping(one).get("name")) for one in sequence(document.get("round"))}


def add_step(document: Any, fields: Fields) -> None:
    """A step at the end of the round, with one move that changes nothing."""
    by = str(fields.get("by", "")).strip()
    label = " ".join(str(fields.get("label", "")).split())
    if not by or not label:
        raise OfframpError("a step needs somebody who decides and a name", expected="both")
    name = name_of(label, _steps(document))
    odds = {"odds": "rest"} if by == "nature" else {}
    first = str(fields.get("move") or "").strip() or ("nothing" if by == "nature" else "wait")
    move = name_of(first)
    named = {} if move == first else {"label": first}
    step: dict[str, Any] = {"name": name, "by": by}
    if label != name:
        step["label"] = label
    step["moves"] = flow({move: flow({**odds, **named})})
    section(document, "round", of_list=True).append(_block(step))


def _block(entries: dict[str, Any]) -> Any:
    from ruamel.yaml.comments import CommentedMap

    return CommentedMap(entries)


def add_move(document: Any, fields: Fields) -> None:
    """A move of a step, with where it leads."""
    step = _step(document, fields)
    label = " ".join(str(fields.get("label", "")).split())
    if not label:
        raise OfframpError("the move has no name", expected="what is done, say: accepts the offer")
    moves = step["moves"]
    if moves.fa.flow_style() is not False:
        moves.fa.set_block_style()
    name = name_of(label, moves)
    entry: dict[str, Any] = {} if name == label else {"label": label}
    if step.get("by") == "nature":
        entry["odds"] = 0.1
    end = str(fields.get("end") or "").strip()
    if end:
        entry["end"] = end
    moves[name] = flow(entry)


def change_state(document: Any, fields: Fields) -> None:
    """What a move changes: a variable and its new level; an empty level takes the change out."""
    move = _move(document, fields)
    variable, level = str(fields["variable"]), str(fields.get("level", "")).strip()
    then = mapping(move.get("then"))
    if not level:
        then.pop(variable, None)
        if not then:
            move.pop("then", None)
        return
    if "then" not in move:
        move["then"] = flow({})
    move["then"][variable] = number_or_text(level)


def unsee(document: Any, fields: Fields) -> None:
    """Whether who decides at a step has seen what was done at an earlier one of the round."""
    step, earlier = _step(document, fields), str(fields["earlier"])
    listed = step.get("unseen", [])
    own = [one for one in ([listed] if isinstance(listed, str) else listed) if one != earlier]
    if fields.get("value") is True:
        own.append(earlier)
    step.pop("unseen", None)
    if own:
        step.insert(list(step).index("by") + 1, "unseen", row(own))


def pay(document: Any, fields: Fields) -> None:
    """What a move or an end pays a party; an empty field takes it out."""
    node = _move(document, fields) if "step" in fields else document["outcomes"][fields["end"]]
    given = str(fields.get("value", "")).strip()
    if not given:
        pays = mapping(node.get("pay"))
        pays.pop(fields["party"], None)
        if not pays:
            node.pop("pay", None)
        return
    if "pay" not in node:
        node["pay"] = flow({})
    node["pay"][fields["party"]] = number_or_text(given)


def _step(document: Any, fields: Fields) -> Any:
    return document["round"][step_at(document["round"], fields["step"])]


def _move(document: Any, fields: Fields) -> Any:
    moves = _step(document, fields)["moves"]
    if moves[fields["move"]] is None:
        moves[fields["move"]] = flow({})
    return moves[fields["move"]]


def use_mechanism(document: Any, fields: Fields) -> None:
    """A mechanism of the library at a place of the round, with what it needs."""
    name = str(fields.get("mechanism", ""))
    known = library_files("mechanisms")
    if name not in known:
        raise OfframpError(f"the library has no mechanism '{name}'")
    mechanism = mechanism_at(known[name])
    given: dict[str, Any] = {}
    for need, about in mechanism.with_.items():
        value = str(fields.get(f"with.{need}", "")).strip()
        if value:
            given[need] = number_or_text(value)
        elif about.default is None:
            raise OfframpError(
                f"'{need}' is missing", expected=f"{about.kind}: {about.about or need}"
            )
    entry: dict[str, Any] = {"use": name}
    used = list(map(step_name, _uses(document)))
    if name in used:
        entry["as"] = name_of(name, {*used, *names_in(document)})
    if given:
        entry["with"] = flow(given)
    steps = section(document, "round", of_list=True)
    at = fields.get("at")
    steps.insert(len(steps) if at in (None, "") else int(at), _block(entry))


def _uses(document: Any) -> list[Any]:
    return [one for one in sequence(document.get("round")) if "use" in mapping(one)]


def mechanism_at(path: Path) -> Mechanism:
    """The mechanism in a file."""
    from offramp.scenario.expansion import read_mechanism

    return read_mechanism(path)[0]


ACTS: Mapping[str, Callable[[Any, Fields], None]] = {
    "add_step": add_step,
    "add_move": add_move,
    "change_state": change_state,
    "unsee": unsee,
    "pay": pay,
    "use_mechanism": use_mechanism,
}
