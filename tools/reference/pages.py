"""All pages of the reference by name."""

from collections.abc import Iterator, Mapping

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from aepsych_grpc.core import models, responses
from aepsych_grpc.core.acquisition import catalogue as acquisitions
from aepsych_grpc.core.catalogue import CATALOGUE
from aepsych_grpc.core.generators import catalogue as generators
from aepsych_grpc.core.models import catalogue as model_catalogue
from tools.reference.components import component_page, package_section
from tools.reference.messages import Contract

NOTE = "<!-- Written by `make reference` from the code and the contract. -->"
OF_THE_CONTRACT = {
    "study": (
        "A study",
        "A study is a file in YAML or JSON, or the same message over gRPC: an `ExperimentConfig`.",
        ("ExperimentConfig", "Strategy", "Component", "LinearConstraint", "LinearTerm", "PopulationPrior"),
    ),
    "parameters": (
        "Parameters",
        "What a stimulus is made of: `parameters` of a [study](study.md).",
        (
            "Parameter",
            "ContinuousParameter",
            "IntegerParameter",
            "DiscreteParameter",
            "BinaryParameter",
            "CategoricalParameter",
            "FixedParameter",
        ),
    ),
    "outcomes": (
        "Outcomes",
        "What a trial yields: `outcomes` of a [study](study.md).",
        ("Outcome", "BinaryOutcome", "OrdinalOutcome", "ContinuousOutcome", "ChoiceOutcome", "ProportionOutcome"),
    ),
    "stopping": ("Stopping", "When a strategy of a [study](study.md) ends.", ("Stopping",)),
    "queries": (
        "Queries",
        "What can be asked of the model, by the call Query or by methods of the Python client.",
        (
            "ResponseScale",
            "MaximumQuery",
            "MinimumQuery",
            "PredictionQuery",
            "InverseQuery",
            "ThresholdContourQuery",
            "LevelSetProbabilityQuery",
            "JustNoticeableDifferenceQuery",
            "SamplesQuery",
            "AcquisitionQuery",
        ),
    ),
    "errors": ("Errors", "Why a call can fail.", ("ErrorReason",)),
}
"""Title, a sentence, and messages or enums of each page."""


def pages(contract: FileDescriptorSet) -> Mapping[str, str]:
    """Return every page's text by the name of its file."""
    written = {name: _contract_page(name, contract) for name in OF_THE_CONTRACT}
    written |= {
        "models": [
            *component_page("Models", "model", model_catalogue, CATALOGUE.models),
            *package_section("Priors of the field", "What the structures of models are made of.", models, "_kernel"),
            *package_section("Responses", "How the latent field f makes responses y.", responses),
        ],
        "acquisitions": list(
            component_page("Acquisition functions", "acquisition", acquisitions, CATALOGUE.acquisitions)
        ),
        "generators": list(component_page("Generators", "generator", generators, CATALOGUE.generators)),
    }
    return {f"{name}.md": "\n".join([NOTE, "", *lines]).rstrip() + "\n" for name, lines in written.items()}


def _contract_page(page: str, contract: FileDescriptorSet) -> list[str]:
    where = {message: name for name, (_, _, messages) in OF_THE_CONTRACT.items() for message in messages}

    def lines() -> Iterator[str]:
        title, about, messages = OF_THE_CONTRACT[page]
        yield from (f"# {title}", "", about, "")
        for message in messages:
            yield from Contract(contract, where).section(message, page)

    return list(lines())
