"""All importers, by the name that `feed import` takes."""

from typing import Final

from replay.imports import odf_folder
from replay.imports.importing import Importer
from replay.imports.paris import capturing as paris
from replay.imports.schedule import capturing as schedule

IMPORTERS: Final = {
    each.name: each
    for each in (
        Importer("paris-2024", "Tables of Paris 2024", paris.read, most_folders=2, has_zone=True),
        Importer("olympics-schedule", "Schedules of the Games' site", schedule.read, has_zone=True),
        Importer("odf-folder", "ODF files of any generation", odf_folder.read),
    )
}
