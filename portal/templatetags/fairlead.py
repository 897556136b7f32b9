"""`{% load fairlead %}`: every tag of the house. Each module beside this one answers one question."""

from django import template

from portal.templatetags import drawings, figures, frame, maps, words

register = template.Library()
for part in (frame, figures, words, drawings, maps):
    register.tags.update(part.register.tags)
    register.filters.update(part.register.filters)
