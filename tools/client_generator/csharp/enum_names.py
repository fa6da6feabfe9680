"""The names of enums' values, as the contract writes them: C# itself finds names by reflection only."""

from collections.abc import Iterator

from tools.client_generator.contract import Contract, EnumType
from tools.client_generator.csharp.text import HEADER, namespace, pascal, value_name

_HEAD = """\
{header}
namespace {namespace}
{{
    /// <summary>Names of enums' values without their prefix, such as "SOBOL" for TRIAL_SOURCE_SOBOL.</summary>
    public static class EnumNames
    {{
"""


def enum_names(contract: Contract) -> str:
    """The file with the names of all enums."""
    head = _HEAD.format(header=HEADER, namespace=namespace(contract.package))
    parts = "\n".join("\n".join(_both_ways(enum)) for enum in contract.enums)
    return f"{head}{parts}\n    }}\n}}\n"


def _both_ways(enum: EnumType) -> Iterator[str]:
    names = [value_name(enum.name, value.name) for value in enum.values]
    yield "        /// <summary>The name of a value; its number where this version does not know it.</summary>"
    yield f"        public static string Name({enum.name} value)"
    yield "        {"
    yield "            switch (value)"
    yield "            {"
    for name in names:
        yield f'                case {enum.name}.{pascal(name)}: return "{name}";'
    yield "                default: return ((int)value).ToString(System.Globalization.CultureInfo.InvariantCulture);"
    yield "            }"
    yield "        }"
    yield ""
    yield "        /// <summary>The value of a name, if this version knows it.</summary>"
    yield f"        public static bool TryRead(string name, out {enum.name} value)"
    yield "        {"
    yield "            switch (name)"
    yield "            {"
    for name in names:
        yield f'                case "{name}": value = {enum.name}.{pascal(name)}; return true;'
    yield f"                default: value = default({enum.name}); return false;"
    yield "            }"
    yield "        }"
