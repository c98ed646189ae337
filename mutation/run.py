"""Runs mutmut's mutants quickly: `make mutation`, or `python mutation/run.py 'appmesh_inject.cfn.fragment_merge*'`.

mutmut makes the mutants, shows them (`mutmut show NAME`) and lists what became of them (`mutmut results`). Its own
runner starts pytest for each, which takes longer than the tests. Here pytest starts once and collects; a mutant is a
forked process in which one function has the code of its mutant, and which runs the tests that reach that function: the
ones that killed its neighbours, then the fast ones, up to the first that fails. None meets what another has left.

A function that runs when it is imported, to fill a table, has run by then. Its mutants that survive that are tried once
more, in processes that import everything anew.
"""

import contextlib
import fnmatch
import gc
import importlib
import io
import json
import os
import pkgutil
import resource
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, is_hypothesis_test, settings
from mutmut.__main__ import collect_source_file_mutation_data, create_file_mutants
from mutmut.configuration import config
from mutmut.mutation import trampoline
from mutmut.mutation.data import SourceFileMutationData
from mutmut.utils.file_utils import copy_src_dir, walk_mutatable_files

REPOSITORY = Path(__file__).parent.parent
KILLED, SURVIVED, NO_TESTS, TIMEOUT = 1, 0, 33, 36
WORDS = {KILLED: "killed", SURVIVED: "SURVIVED", NO_TESTS: "NO TESTS", TIMEOUT: "killed: endless"}
ARGUMENTS = ["-qqq", "-s", "--assert=plain", "-p", "no:xdist", "-p", "no:cacheprovider", "-p", "no:faulthandler"]
WORKERS = os.cpu_count() or 2
MEMORY = 2 * 2**30
"""Bytes that a mutant may take beyond what pytest has: one that appends without end is killed by it."""


@dataclass
class Functions:
    """The functions that have mutants. They run as they are, without mutmut's trampoline, until one is switched."""

    _found: list[tuple[Any, Mapping[str, Any]]] = field(default_factory=list)

    def wrap(self, mutants: Mapping[str, Any], is_classmethod: bool = False) -> Callable[[Any], Any]:
        """Stands for mutmut's decorator; `mutants` is filled when the module's end is reached."""

        def found(function: Any) -> Any:
            self._found.append((function, mutants))
            return function

        return found

    def of_mutants(self) -> dict[str, tuple[Any, Any]]:
        """Each mutant's name: the function, and the mutant of it."""
        return {
            f"{function.__module__}.{name}": (function, getattr(mutant, "__func__", mutant))
            for function, mutants in self._found
            for name, mutant in mutants.items()
            if name != "_mutmut_orig"
        }


FUNCTIONS = Functions()


def switched_on(function: Any, mutant: Any) -> None:
    """The function does what its mutant does, whoever holds it."""
    function.__code__ = mutant.__code__
    function.__defaults__ = mutant.__defaults__
    function.__kwdefaults__ = mutant.__kwdefaults__


@dataclass(frozen=True)
class Reached:
    """What a test does: seconds that it takes, and the code of the functions that it reaches."""

    seconds: float
    codes: frozenset[Any]


class Mutation:
    """A pytest plugin: runs mutants instead of the tests that were collected."""

    def __init__(self, patterns: Sequence[str], at_import: set[Any]) -> None:
        """`at_import`: the code of the functions that were called before the tests."""
        self.patterns = patterns
        self.at_import = at_import
        self.exit_code = 0
        self.results: dict[str, int] = {}
        self.again: list[str] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        # Profiles are loaded when they are asked for, and fill their tables then.
        import_all()
        sys.setprofile(None)
        prepared(session.items)
        mutants, _ = collect_source_file_mutation_data(mutant_names=list(self.patterns))
        functions = FUNCTIONS.of_mutants()
        missing = [name for _, name, _ in mutants if name not in functions]
        # A module that no test imports has no functions yet.
        runs = [(data, name) for data, name, _ in mutants if name in functions]
        # A collector that never looks at what is here leaves its memory shared between the processes.
        gc.freeze()
        gc.disable()
        reached = reach(session.items, {functions[name][0].__code__ for _, name in runs})
        if reached is None:
            self.exit_code = 1
            return True
        results = dict.fromkeys(missing, NO_TESTS)
        for name, exit_code in tried([name for _, name in runs], functions, session.items, reached):
            results[name] = exit_code
            print(name, WORDS[exit_code], flush=True)
        at_import = {
            code for code in self.at_import if code in {function.__code__ for function, _ in functions.values()}
        }
        self.results = results
        self.again = [
            name
            for name, exit_code in results.items()
            if exit_code in (SURVIVED, NO_TESTS) and name in functions and functions[name][0].__code__ in at_import
        ]
        return True


def import_all() -> None:
    import appmesh_inject  # the one with the mutants, which is on the path by now

    for module in pkgutil.walk_packages(appmesh_inject.__path__, "appmesh_inject."):
        if not module.name.startswith(("appmesh_inject.cli", "appmesh_inject.cfn_lint")):
            importlib.import_module(module.name)


def prepared(items: Sequence[pytest.Item]) -> None:
    """What no mutant changes, done once: the golden cases' documents. Hypothesis tries the same few examples each
    time."""
    for item in items:
        function = getattr(item, "obj", None)
        if is_hypothesis_test(function):
            given = getattr(function, "_hypothesis_internal_use_settings", settings.default)
            few = settings(
                given,
                derandomize=True,
                database=None,
                max_examples=min(given.max_examples, 30),
                phases=[Phase.explicit, Phase.generate],
            )
            function._hypothesis_internal_use_settings = few
        case = getattr(item, "callspec", None) and item.callspec.params.get("case")  # type: ignore[attr-defined]
        if hasattr(case, "document"):
            _ = case.document
            _ = getattr(case, "options", None)


def run(item: Any, next_item: Any) -> None:
    """One test. Raises what it raises."""
    if not item._request:
        item._initrequest()
    with contextlib.suppress(pytest.skip.Exception):
        item.config.hook.pytest_runtest_setup(item=item)
        item.config.hook.pytest_runtest_call(item=item)
    item.config.hook.pytest_runtest_teardown(item=item, nextitem=next_item)


@contextlib.contextmanager
def watched() -> Iterator[set[Any]]:
    """The code of the functions that are called."""
    seen: set[Any] = set()
    sys.setprofile(lambda frame, event, _: seen.add(frame.f_code) if event == "call" else None)
    try:
        yield seen
    finally:
        sys.setprofile(None)


def reach(items: Sequence[pytest.Item], wanted: Collection[Any]) -> list[Reached] | None:
    """Each test alone, without a mutant: what it reaches. None if one fails."""
    codes = list(wanted)
    number = {code: index for index, code in enumerate(codes)}
    found: list[Reached] = []
    for item in items:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            quiet()
            started = time.process_time()
            failed = False
            with watched() as seen:
                try:
                    run(item, None)
                except BaseException:
                    failed = True
            spent = time.process_time() - started
            os.write(write, " ".join([str(spent), *(str(number[code]) for code in seen if code in number)]).encode())
            os._exit(1 if failed else 0)
        os.close(write)
        with os.fdopen(read) as answer:
            seconds, *indices = answer.read().split()
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
            print(f"{item.nodeid} fails without any mutant")
            return None
        found.append(Reached(float(seconds), frozenset(codes[int(index)] for index in indices)))
    print(f"{len(items)} tests take {sum(each.seconds for each in found):.1f} s when they are watched")
    return found


def tried(
    names: Sequence[str],
    functions: Mapping[str, tuple[Any, Any]],
    items: Sequence[pytest.Item],
    reached: Sequence[Reached],
) -> Iterator[tuple[str, int]]:
    """Each mutant and its exit code, as they end."""
    tests: dict[Any, list[int]] = defaultdict(list)
    for index in sorted(range(len(items)), key=lambda index: reached[index].seconds):
        for code in reached[index].codes:
            tests[code].append(index)
    killers: dict[Any, list[int]] = defaultdict(list)
    running: dict[int, tuple[str, Any, int]] = {}
    for name in names:
        code = functions[name][0].__code__
        if not tests[code]:
            yield name, NO_TESTS
            continue
        if len(running) == WORKERS:
            yield ended(running, killers)
        first = killers[code]
        order = [*reversed(first), *(index for index in tests[code] if index not in first)]
        limits = [2 + 5 * reached[index].seconds for index in order]
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            run_mutant(functions[name], [items[index] for index in order], limits, order, write)
        os.close(write)
        running[child] = (name, code, read)
    while running:
        yield ended(running, killers)


def run_mutant(
    pair: tuple[Any, Any], items: Sequence[pytest.Item], limits: Sequence[float], order: Sequence[int], write: int
) -> None:
    """In the forked process: ends it. `limits`: seconds of processor time that each test may take."""
    quiet()
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    switched_on(*pair)
    for item, next_item, limit, index in zip(items, [*items[1:], None], limits, order, strict=True):
        signal.setitimer(signal.ITIMER_PROF, limit)
        try:
            run(item, next_item)
        except BaseException:
            os.write(write, str(index).encode())
            os._exit(KILLED)
    os._exit(SURVIVED)


def ended(running: dict[int, tuple[str, Any, int]], killers: Mapping[Any, list[int]]) -> tuple[str, int]:
    """Waits for one of the mutants that are running."""
    child, status = os.wait()
    name, code, read = running.pop(child)
    with os.fdopen(read) as answer:
        killer = answer.read()
    if killer:
        if int(killer) in killers[code]:
            killers[code].remove(int(killer))
        killers[code].append(int(killer))
    exit_code = os.waitstatus_to_exitcode(status)
    return name, exit_code if exit_code in (KILLED, SURVIVED) else TIMEOUT


def quiet() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def saved(mutants: Sequence[tuple[SourceFileMutationData, str]], results: Mapping[str, int]) -> None:
    """For `mutmut results`, `show` and `browse`."""
    for data, name in mutants:
        data.exit_code_by_key[name] = results[name]
    for data in {id(data): data for data, _ in mutants}.values():
        data.save()


def counted(results: Mapping[str, int], seconds: float) -> None:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for name, exit_code in results.items():
        row = counts[name.partition(".x")[0].removeprefix("appmesh_inject.")]
        row[0] += 1
        row[1] += exit_code in (KILLED, TIMEOUT)
    print(f"{len(results)} mutants in {seconds:.0f} s")
    for module, (mutants, killed) in sorted(counts.items()):
        print(f"| `{module}` | {mutants} | {killed} | {mutants - killed or 'none'} |")


def of_collected(patterns: Sequence[str]) -> dict[str, Any]:
    """In a process of its own, which imports what is tested: the mutants' exit codes, and which to try again."""
    trampoline.wrap_in_trampoline = FUNCTIONS.wrap
    with watched() as at_import:
        plugin = Mutation(patterns, at_import)
        ended_with = pytest.main([*ARGUMENTS, *config().pytest_add_cli_args_test_selection], plugins=[plugin])
    return {"failed": plugin.exit_code or int(ended_with), "results": plugin.results, "again": plugin.again}


def of_imported(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """What runs when it is imported, such as a table that a function fills: imported anew for each mutant."""
    running: dict[int, str] = {}
    for name in names:
        if len(running) == WORKERS:
            yield imported(running)
        child = os.fork()
        if child == 0:
            quiet()
            os.environ["MUTANT_UNDER_TEST"] = name
            signal.setitimer(signal.ITIMER_PROF, 120)
            ended_with = pytest.main([*ARGUMENTS, "-x", *config().pytest_add_cli_args_test_selection])
            os._exit(SURVIVED if ended_with == 0 else KILLED)
        running[child] = name
    while running:
        yield imported(running)


def imported(running: dict[int, str]) -> tuple[str, int]:
    child, status = os.wait()
    exit_code = os.waitstatus_to_exitcode(status)
    return running.pop(child), exit_code if exit_code in (KILLED, SURVIVED) else TIMEOUT


def in_a_process(work: Callable[[], Any]) -> Any:
    """What `work` returns, as JSON has it; None if its process ends without an answer."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        answer = json.dumps(work()).encode()
        with os.fdopen(write, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def files(patterns: Sequence[str]) -> list[Path]:
    """The source files with functions that a pattern may mean."""

    def is_meant(path: Path) -> bool:
        module = ".".join(path.with_suffix("").parts[1:]).removesuffix(".__init__") + "."
        return any(fnmatch.fnmatch(module + "x", each) or each.startswith(module + "x") for each in patterns)

    return [path for path in walk_mutatable_files() if is_meant(path)]


def main() -> int:
    os.chdir(REPOSITORY)
    patterns = sys.argv[1:] or ["appmesh_inject.*"]
    os.environ["MUTANT_UNDER_TEST"] = ""
    made = Path("mutants")
    # Which files have mutants is the configuration's matter.
    if made.exists() and made.stat().st_mtime < Path("pyproject.toml").stat().st_mtime:
        shutil.rmtree(made)
    made.mkdir(exist_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        with Pool(WORKERS) as pool:
            errors = [made.error for made in pool.map(create_file_mutants, files(patterns), chunksize=1) if made.error]
    if errors:
        raise errors[0]
    sys.path[0] = str(REPOSITORY / "mutants" / "src")
    started = time.monotonic()
    answer = in_a_process(lambda: of_collected(patterns))
    if answer is None or answer["failed"]:
        return 1
    results: dict[str, int] = answer["results"]
    for name, exit_code in of_imported(answer["again"]):
        results[name] = exit_code
        print("imported anew:", name, WORDS[exit_code], flush=True)
    mutants, _ = collect_source_file_mutation_data(mutant_names=patterns)
    saved([(data, name) for data, name, _ in mutants], results)
    counted(results, time.monotonic() - started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
