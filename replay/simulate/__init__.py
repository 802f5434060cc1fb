"""Whole Games out of one number: who takes part, when, how every unit goes, and what a venue would send of it.

draws.py chance by name · moments.py times as texts · model.py what all files speak of · people.py who takes part ·
catalogue.py which events there are · fortnight.py on which days · calendar.py when and where · staging.py phases and
who comes into them · legs.py events of several units with one order · sports/ one kind of sport each: how it ends and
how that comes about · incidents.py what goes another way than planned · contest.py plays an event · odf.py, rows.py,
tables.py, totals.py, lists.py documents · story.py the documents of one unit in their order · aftermath.py those of
its event · reissue.py a day's results once more, at once · days.py those of a day · games.py all of them by time ·
oracle.py the truth.
"""
