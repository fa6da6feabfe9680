"""What the client offers: its public names, the twin classes, and how its methods show themselves."""

import inspect
import pydoc
import subprocess
import sys

import aepsych_grpc.client as package
from aepsych_grpc.client import AsyncClient, AsyncExperiment, AsyncMoment, Client, Experiment, Moment
from aepsych_grpc.client import errors as errors_module


def public(kind):
    return {name for name in dir(kind) if not name.startswith("_")}


def test_all_names_every_public_object():
    classes = {
        name
        for name, item in vars(package).items()
        if not name.startswith("_") and not inspect.ismodule(item) and name != "annotations"
    }
    assert sorted(package.__all__) == sorted(classes)


def test_all_has_every_exception():
    tree = {name for name, item in vars(errors_module).items() if inspect.isclass(item) and name.endswith("Error")}
    assert tree <= set(package.__all__)


def test_the_drawn_exception_tree_is_the_real_one():
    drawn = []
    for line in errors_module.__doc__.splitlines():
        name = next((word for word in line.replace("─", " ").split() if word.endswith("Error")), None)
        if name:
            drawn.append((line.index(name), name))
    assert len(drawn) == len([name for name in package.__all__ if name.endswith("Error") and name != "StatusError"])
    for i, (depth, name) in enumerate(drawn[1:], start=1):
        parent = next(n for d, n in reversed(drawn[:i]) if d < depth)
        assert issubclass(getattr(errors_module, name), getattr(errors_module, parent)), name


def test_the_twins_have_the_same_methods_with_the_same_parameters():
    for blocking, awaited in ((Client, AsyncClient), (Experiment, AsyncExperiment), (Moment, AsyncMoment)):
        assert public(blocking) == public(awaited)
        for name in public(blocking):
            one, other = getattr(blocking, name), getattr(awaited, name)
            if callable(one):
                at_once = inspect.signature(other).return_annotation is AsyncMoment  # asks the server nothing
                iterates = "AsyncIterator" in str(inspect.signature(other).return_annotation)
                assert inspect.iscoroutinefunction(other) or iterates or at_once, name
                assert inspect.signature(one).parameters.keys() == inspect.signature(other).parameters.keys()


def test_methods_show_their_own_documentation_and_result():
    assert Experiment.ask.__doc__.startswith("Ask for the next trial.")
    assert inspect.signature(Experiment.ask).return_annotation.__name__ == "Trial"
    assert "Call" not in str(inspect.signature(Experiment.tell))


def test_help_speaks_of_self_and_the_result():
    for kind in (Client, AsyncClient, Experiment, AsyncExperiment):
        for name in public(kind):
            if callable(method := getattr(kind, name)):
                assert next(iter(inspect.signature(method).parameters)) == "self", name
    shown = pydoc.plain(pydoc.render_doc(Client.setup))
    assert "connection" not in shown
    assert shown.splitlines()[2].startswith("setup(self, config")


def test_the_client_loads_neither_the_core_nor_the_database_nor_the_extras():
    heavy = "{'torch', 'sqlalchemy', 'pandas', 'matplotlib', 'numpy', 'scipy'}"
    code = f"import sys, aepsych_grpc.client; print(sorted({heavy} & sys.modules.keys()))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
