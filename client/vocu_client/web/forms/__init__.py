"""The forms of the desk's pages, generated from the schemas: fields, what they offer, what was typed, what is wrong.

`form.Form` is what a page uses; nothing here knows of requests or of the disk.
"""
