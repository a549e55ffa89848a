"""What generation needs from things it does not own."""

from generation.ports.batches import BatchEngine, BatchNews, OffersBatches
from generation.ports.engines import (
    HasBreaker,
    ImageEngine,
    Painting,
    PaintingFailed,
    PaintingUnknown,
    PaintOrder,
    PhotoLooker,
    Turn,
)
from generation.ports.models import MadeModel, ModelMaker, ModelNotMade, ModelStore
from generation.ports.photos import Develop, FilesOfBefore, Photo, PhotoMissing, PhotoStore, Print, SavedPhotoStore
from generation.ports.pictures import (
    Converter,
    Finish,
    Finished,
    Inspector,
    OpenPicture,
    PictureBroken,
    PictureStore,
    Size,
)

__all__ = [
    "BatchEngine",
    "BatchNews",
    "Converter",
    "Develop",
    "FilesOfBefore",
    "Finish",
    "Finished",
    "HasBreaker",
    "ImageEngine",
    "Inspector",
    "MadeModel",
    "ModelMaker",
    "ModelNotMade",
    "ModelStore",
    "OffersBatches",
    "OpenPicture",
    "PaintOrder",
    "Painting",
    "PaintingFailed",
    "PaintingUnknown",
    "Photo",
    "PhotoLooker",
    "PhotoMissing",
    "PhotoStore",
    "PictureBroken",
    "PictureStore",
    "Print",
    "SavedPhotoStore",
    "Size",
    "Turn",
]
