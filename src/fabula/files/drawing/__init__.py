"""A described picture as a picture: boxes with their phrases, the caption in their colours, heat maps."""

from fabula.files.drawing.heat import draw_heat as draw_heat
from fabula.files.drawing.layout import plan_sheet as plan_sheet
from fabula.files.drawing.page import Drawing as Drawing
from fabula.files.drawing.page import render_page as render_page
from fabula.files.drawing.page import render_png as render_png
from fabula.files.drawing.page import render_svg as render_svg
from fabula.files.drawing.story_page import Told as Told
from fabula.files.drawing.story_page import render_stories as render_stories
