"""The words that the seed is made of. People and companies are invented; numbers and addresses lead nowhere."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words(
    "Aaron Abigail Adrián Alice Amara Amir Andrea Anders Angela Anika Ben Beatriz Bonnie Brandon Bridget "
    "Caleb Camila Carlos Carmen Chloé Claire Cora Curtis Dana Daniela Darius Deborah Derek Devon Diane "
    "Dmitri Eileen Elena Eli Emeka Erin Esther Evan Faith Fiona Frances Gabriel Gail Gordon Grace Hana "
    "Harold Hector Helen Hugo Ian Imani Ingrid Irene Isaac Ivy Jamal Janet Jasmine Jeff Joanna Joel José "
    "Joyce Julian Kara Keith Kenji Kiran Kurt Lars Laura Leah Leon Linda Łukasz Lucía Mabel Malik Marcus "
    "Maren Marta Maya Miguel Mila Monica Nadia Naomi Neil Nils Nora Olga Omar Owen Paula Pedro Phoebe "
    "Priya Quinn Rachel Rafael Renée Rosa Roy Ruth Sanjay Sara Seán Simone Sofia Stan Sven Tamara Tariq "
    "Tessa Thuy Tobias Uma Valerie Victor Wanda Wendy Xavier Yara Yusuf Zoë"
)
LAST_NAMES = _words(
    "Abbott Acosta Adeyemi Albrecht Alvarez Anderson Appleby Atkins Baker Banerjee Barrett Becker Bell "
    "Bianchi Brandt Brooks Byrne Calloway Castillo Chen Clarke Cohen Cooper Cruz D'Angelo Dalton Daniels "
    "Delgado Dietrich Doyle Dubois Eastman Ellis Eriksson Farrell Fischer Fleming Flores Foster Fraser "
    "Gallagher García Gibbs Grant Greene Gupta Hale Hansen Harper Hayes Hernández Holloway Huang Hughes "
    "Ibrahim Iverson Jacobs Jensen Kaplan Kaur Keller Kowalski Kim Larsen Lee Lindqvist Lopez Lowell "
    "MacKenzie Maldonado Marsh Mbeki McCarthy Mercer Miller Moreau Morgan Müller Nakamura Nguyen Nolan "
    "Novak Núñez O'Brien O'Connor Okafor Olsen Ortega Palmer Park Patel Petrov Pham Quigley Ramirez Reyes "
    "Rivera Robinson Rossi Ruiz Santos Schäfer Schultz Shah Sinclair Singh Soto Stewart Sullivan Tanaka "
    "Thompson Torres Tran Turner Underwood Vance Vargas Vogel Wagner Walsh Warren Weber Whitaker Wu "
    "Yamada Young Zamora Zimmerman"
)
STREETS = _words(
    "Alder Aspen Birch Bluebell Canyon Cedar Cherry Columbine Cottonwood Dahlia Dogwood Eagle Elm "
    "Evergreen Falcon Fern Garnet Glenwood Granite Harvest Hawthorn Heron Holly Iris Ivy Jasper Juniper "
    "Kestrel Larkspur Laurel Lilac Linden Locust Lupine Magnolia Maple Meadow Mesa Mulberry Oak Olive "
    "Orchard Osprey Pearl Pine Poplar Prairie Quail Quarry Raven Ridge River Sage Spruce Summit Sycamore "
    "Tamarack Teal Thistle Trail Valley Vine Walnut Willow Wren"
)
STREET_KINDS = ("St", "Ave", "Dr", "Ln", "Ct", "Way", "Blvd", "Pl")
CITIES = (
    ("Denver", "CO", "802"),
    ("Aurora", "CO", "800"),
    ("Lakewood", "CO", "802"),
    ("Boulder", "CO", "803"),
    ("Golden", "CO", "804"),
    ("Fort Collins", "CO", "805"),
    ("Cañon City", "CO", "812"),
    ("Colorado Springs", "CO", "809"),
    ("Cheyenne", "WY", "820"),
)
AREA_CODES = ("303", "720", "970", "719", "307", "983")
COMPANY_FIRST = _words(
    "Alpine Bear-Creek Blue-Spruce Boulder Cedar-Ridge Clear-Creek Copper Eagle-Rock Evergreen Front- "
    "Range Granite Heritage High-Plains Juniper Lakeside Mesa-Verde Mountain-View Northgate Old-Town "
    "Pikes Prairie Redstone Ridgeline Silver-Lake Stonebridge Summit Sundance Timberline Union Westwood"
)
COMPANY_LAST = {
    "Property Manager": ("HOA", "Property Management", "Townhomes Association", "Apartments", "Realty Group"),
    "General Contractor": ("Builders", "Construction Co.", "Homes", "& Sons Contracting", "Design/Build"),
    "Direct Bill": ("School District", "Medical Center", "Dental", "Brewing Company", "Community Church"),
}
LEAD_SOURCES = ("Website", "Referral", "Yard sign", "Google", "Repeat customer", "Home show", "Nextdoor", "Door hanger")
SCOPES = (
    "Wash, scrape and sand loose paint. Prime bare wood. Two coats on siding, trim and fascia.",
    "Walls and ceilings in living room, hall and three bedrooms. Patch nail holes. Two coats eggshell.",
    "Remove doors and hardware, degrease, sand, prime with bonding primer, spray two coats of enamel.",
    "Strip and sand the deck, replace four boards, two coats of semi-transparent stain.",
    "Patch drywall where the water damage was, texture to match, prime and paint the whole ceiling.",
    "Mask windows, spray body in one color, brush trim in a second. Customer picks colors before the start.",
    "Common areas, nights only: corridors on floors 1 to 3, doors and frames. Keep one stair open.",
)
SCOPE_LINES = (
    "Protect floors, plants and fixtures with drop cloths before any work starts.",
    "Fill cracks wider than a sixteenth of an inch, caulk all open joints, sand flush.",
    "Spot prime stains with a shellac primer so that they do not bleed through.",
    "Color: customer's choice, at most three colors; a sample board is brought before the start.",
    "Daily clean-up; ladders are locked at night; gate stays closed because of the dog.",
)
LOG_LINES = (
    "Second coat finished on the north wall.",
    "Masked the windows, ready to spray tomorrow.",
    "Rain after lunch, crew moved inside.",
    "Customer walked the job and is happy. Two touch-ups left.",
    "Waiting for five more gallons of trim color.",
    "Prep done, primer on. Started the first coat.",
)
TAX_REASONS = ("Church", "School district", "Non-profit, certificate on file", "Government building")
STAGES = (
    ("Unqualified Lead", "sales", "A new inquiry that nobody has spoken to yet."),
    ("Good Lead", "sales", "We have spoken and want to bid."),
    ("PaintScout Estimating", "sales", "The estimate is being written in PaintScout."),
    ("Long-term", "sales", "Interested, but not this season."),
    ("Accepted by Customer", "active", "The customer said yes; production has not taken over yet."),
    ("Won - Needs Schedule", "active", "Sold and handed over; has no start date yet."),
    ("Active", "active", "Scheduled or being painted."),
    ("Completed - Pending payment", "active", "The work is done; money is still open."),
    ("Unbillable", "active", "Work that is not charged."),
    ("Reopened", "active", "Came back after it was closed."),
    ("Completed - Archived", "closed", "Done and paid."),
    ("Closed - Did not bid", "closed", "We decided not to bid."),
    ("Closed - Lost to competitor", "closed", "Somebody else got the job."),
    ("Closed - Cancelled by customer", "closed", "The customer dropped the project."),
)
JOB_TYPES = (
    "Exterior Repaint",
    "Interior Repaint",
    "Interior & Exterior",
    "Cabinet Refinishing",
    "Deck & Fence Staining",
    "Drywall Repair",
    "Commercial Repaint",
    "New Construction",
    "Wallpaper Removal",
)
# first name, last name, kind, system role, positions, active
EMPLOYEES = (
    ("Marta", "Whitaker", "user", "Owner", ("Account Owner", "Sales Person"), True),
    ("Joel", "Whitaker", "user", "Owner", ("Account Owner", "Project Manager"), True),
    ("Diane", "Kowalski", "user", "Admin", ("Admin/HR",), True),
    ("Priya", "Shah", "user", "Admin", ("Admin/HR",), True),
    ("Ana", "Ruiz", "user", "Manager", ("Sales Person",), True),
    ("Seán", "O'Connor", "user", "User", ("Sales Person",), True),
    ("Tariq", "Ibrahim", "user", "User", ("Sales Person",), True),
    ("Bonnie", "Appleby", "user", "User", ("Sales Person",), False),
    ("Marcus", "Hale", "user", "Manager", ("Project Manager", "Supervisor"), True),
    ("Elena", "Petrov", "user", "Manager", ("Project Manager",), True),
    ("Curtis", "Lowell", "user", "User", ("Supervisor",), True),
    ("Rafael", "Núñez", "user", "User", ("Supervisor", "Crew Leader"), True),
    ("José", "Hernández", "user", "Mobile Only", ("Crew Leader", "Field Worker"), True),
    ("Dmitri", "Novak", "user", "Mobile Only", ("Crew Leader", "Field Worker"), True),
    ("Kara", "Lindqvist", "user", "Mobile Only", ("Crew Leader", "Field Worker"), True),
    ("Emeka", "Okafor", "user", "Mobile Only", ("Field Worker",), True),
    ("Thuy", "Pham", "user", "Mobile Only", ("Field Worker",), True),
    ("Owen", "Gibbs", "user", "Mobile Only", ("Field Worker",), True),
    ("Victor", "Soto", "user", "Mobile Only", ("Field Worker",), False),
    ("Łukasz", "Zimmerman", "sub", None, ("Subcontractor",), True),
    ("Hector", "D'Angelo", "sub", None, ("Subcontractor", "Crew Leader"), True),
    ("Imani", "Brooks", "sub", None, ("Subcontractor",), True),
    ("Sven", "Eriksson", "sub", None, ("Subcontractor",), True),
    ("Rosa", "Maldonado", "sub", None, ("Subcontractor",), False),
)
