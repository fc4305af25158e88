"""Compiled games, by the content of the text: read and built once, the last few kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from offramp.game import Draws, Game, fix
from offramp.scenario import Scenario, fixed, understand, with_account
from offramp.study.solving.labels import as_told
from offramp.study.solving.workspace import Workspace
from offramp.web.live.setting import Setting

KEPT = 8
"""Texts whose games are kept."""
TELLINGS = 64
"""Settings of a text whose meaning is kept."""
Telling = tuple[Workspace, Game]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A scenario with its games; ``telling`` says what a setting makes of it."""

    scenario: Scenario
    workspace: Workspace
    _tellings: OrderedDict[Setting, Telling] = field(default_factory=OrderedDict[Setting, Telling])
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def key(self) -> str:
        """The hash of the content, which takes as long as a tenth of an answer."""
        return self.scenario.content_hash

    def nominal(self, setting: Setting) -> tuple[Game, Draws]:
        """The game and the one draw of a setting: what `telling` has at its nominal values.

        Where only numbers differ from the account they are put in its row, without reading the
        text's meaning again; both ways lead to the same row.
        """
        values = self._numbers(setting)
        if values is None:
            _, game = self.telling(setting)
            return game, game.nominal()
        _, game = self.telling(Setting(setting.account))
        row = fix(game.whole, game.nominal(), values) if values else game.nominal()
        ((_, own),) = game.parts(row)
        return own, row

    def _numbers(self, setting: Setting) -> dict[str, float] | None:
        """The values as numbers; None where they do more than to replace numbers, or are unfit."""
        _, game = self.telling(Setting(setting.account))
        known = {one.name: one for one in game.whole.assumptions}
        account = self.scenario.accounts.get(setting.account)
        found: dict[str, float] = {}
        for name, value in setting.values:
            one = known.get(name)
            if one is None or (one.structural and one.path[0] != "switches"):
                return None
            if account is not None and account.denies:
                return None
            if isinstance(value, str):
                if value not in one.options:
                    return None
                found[name] = float(one.options.index(value))
            elif one.options and value not in range(len(one.options)):
                return None
            else:
                found[name] = value
        return found

    def telling(self, setting: Setting) -> Telling:
        """The workspace of the text with the setting's values fixed, and the game to be solved.

        As `offramp run` makes it from ``--set`` and ``--account``: values hold on every account.
        Raises OfframpError for an unknown name, and where the values make no game.
        """
        same = Setting(setting.account, setting.values)
        with self._lock:
            if same in self._tellings:
                self._tellings.move_to_end(same)
                return self._tellings[same]
            workspace = self.workspace
            if same.values:
                workspace = workspace.beside(fixed(self.scenario, same.given))
            told = workspace.scenario
            if same.account:
                _require_account(told, same.account)
                told = as_told(told, same.account)
            found = workspace, workspace.build(understand(told))
            self._tellings[same] = found
            while len(self._tellings) > TELLINGS:
                self._tellings.popitem(last=False)
            return found


def _require_account(scenario: Scenario, name: str) -> None:
    """A ScenarioError for an account that is not told."""
    if name not in scenario.accounts:
        with_account(scenario, name)


class Games:
    """The last few texts, compiled; several threads may ask at once."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._found: OrderedDict[str, Compiled] = OrderedDict()
        self._lock = Lock()

    def of(self, scenario: Scenario) -> Compiled:
        """The scenario compiled; one of the same content is compiled once."""
        key = scenario.content_hash
        with self._lock:
            if key not in self._found:
                self._found[key] = Compiled(scenario, Workspace(scenario))
                while len(self._found) > self._most:
                    self._found.popitem(last=False)
            self._found.move_to_end(key)
            return self._found[key]

    def known(self, key: str, read: Callable[[], Scenario]) -> Compiled:
        """The one of that hash, without reading the text again; else what ``read`` gives."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        return self.of(read())
