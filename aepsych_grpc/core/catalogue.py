"""Everything that a config may name."""

from aepsych_grpc.config.catalogue import Catalogue
from aepsych_grpc.core.acquisition.catalogue import ACQUISITIONS
from aepsych_grpc.core.generators.catalogue import GENERATORS
from aepsych_grpc.core.models.catalogue import MODELS

CATALOGUE = Catalogue(models=MODELS, acquisitions=ACQUISITIONS, generators=GENERATORS)
