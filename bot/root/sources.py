"""The sources that are set, or all that is missing for them, at once."""

from collections.abc import Callable, Sequence

from bot.rules import Rules
from bot.settings import Settings, SettingsError, settings_from
from sync.connector import Source, Target
from sync.registry import CONNECTORS, TARGETS
from sync.settings import SettingsError as ConnectorSettingsError


def build_sources(settings: Settings) -> tuple[Source, ...]:
    """The sources that are set. Raises SettingsError naming all that is set wrongly, and tables that no one reads."""
    problems = [
        f"tesorio.toml: nothing is called [{name}]"
        for name in sorted(settings.rules.connector_tables - set(CONNECTORS))
    ]
    environment, made = settings.plain_environment(), []
    for name, build in CONNECTORS.items():
        try:
            made.append(build(environment, settings.rules.connector(name), settings.data_dir))
        except ConnectorSettingsError as error:
            problems.extend(error.problems)
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(source for source in made if source is not None)


def targets_of(sources: Sequence[Source]) -> tuple[Target, ...]:
    """What is pushed to, of the systems that these sources read; each shares its account's limits with its source."""
    made = (TARGETS[source.name](source) for source in sources if source.name in TARGETS)
    return tuple(target for target in made if target is not None)


def ready_sources(settings: Settings) -> tuple[Source, ...]:
    """The sources, if Slack is set too. Raises SettingsError with the problems of both at once."""
    problems: list[str] = []
    sources: tuple[Source, ...] = ()
    try:
        settings.require_slack()
    except SettingsError as error:
        problems.extend(error.problems)
    try:
        sources = build_sources(settings)
    except SettingsError as error:
        problems.extend(error.problems)
    if problems:
        # Built and never asked anything, a source has opened nothing that would have to be closed.
        raise SettingsError(tuple(problems))
    return sources


def startable(load: Callable[[], Settings]) -> Settings:
    """The loaded settings. Raises SettingsError with all that is wrong at once, what the bot lacks besides included."""
    try:
        return load()
    except SettingsError as error:
        raise SettingsError((*error.problems, *further_problems(error))) from None


def further_problems(error: SettingsError, known: Settings | None = None) -> tuple[str, ...]:
    """What is missing besides, as far as the well-formed settings show; `known` are those that could be loaded."""
    try:
        ready_sources(error.rest or known or settings_from({}, Rules()))
    except SettingsError as further:
        named = {problem.partition(":")[0] for problem in error.problems}
        return tuple(problem for problem in further.problems if problem.partition(":")[0] not in named)
    return ()
