"""The components of forms, and the values that are picked from lists, in words."""

from collections.abc import Mapping

from engine.language import N_

TYPES: Mapping[str, tuple[str, str, str]] = {
    "textfield": (N_("Text, one line"), "fields", N_("A name, a number, an address")),
    "textarea": (N_("Text, several lines"), "fields", N_("A reason, an explanation")),
    "number": (N_("A number"), "fields", N_("An amount, hours, how many")),
    "datetime": (N_("Date"), "fields", N_("A day, picked from a calendar")),
    "filepicker": (N_("Files"), "fields", N_("Attachments: PDF, pictures, tables")),
    "select": (N_("Choice from a list"), "choices", N_("One of many, folded together")),
    "radio": (N_("One of a few"), "choices", N_("All choices are seen; one counts")),
    "checklist": (N_("Several of a few"), "choices", N_("All choices are seen; several count")),
    "checkbox": (N_("Box to tick"), "choices", N_("Yes or no, an agreement")),
    "group": (N_("Section"), "structure", N_("Fields under one heading")),
    "dynamiclist": (N_("List of entries"), "structure", N_("The same fields again and again")),
    "text": (N_("Text to read"), "structure", N_("An explanation, or a block from the case")),
    "separator": (N_("Line across"), "structure", N_("Parts what stands above and below")),
    "button": (N_("Button"), "structure", N_("Sends the form with an outcome")),
}
"""The components that there are, with their part of the palette."""

PALETTE = {
    "fields": N_("To fill in"),
    "choices": N_("To choose"),
    "structure": N_("Structure"),
}

SECTIONS = {
    "content": N_("Content"),
    "choices": N_("Choices"),
    "files": N_("Files"),
    "answer": N_("What is asked for"),
    "value": N_("Value and protection"),
    "look": N_("Where and how it stands"),
}

FORMAT_NAMES = {
    "identity_number": N_("Number of an identity document"),
    "mobile": N_("Mobile number"),
    "phone": N_("Telephone number"),
    "email": N_("E-mail address"),
    "postal_code": N_("Postal code"),
    "member_number": N_("Member number"),
    "password": N_("Password"),
    "new_password": N_("New password"),
    "code": N_("Code of 6 digits"),
    "url": N_("Web address"),
    "money": N_("Amount in yuan"),
    "hours": N_("Hours"),
}

LIST_TITLES = {
    "nations": N_("Nations"),
    "sexes": N_("Sexes"),
    "identity_types": N_("Identity documents"),
    "political_statuses": N_("Political statuses"),
    "education_levels": N_("Education"),
    "degrees": N_("Degrees"),
    "employer_kinds": N_("Kinds of employers"),
    "professional_titles": N_("Professional titles"),
    "domestic_qualifications": N_("Domestic qualifications"),
    "international_qualifications": N_("International qualifications"),
    "regions": N_("Cities and regions, by province"),
    "provinces": N_("Provinces"),
}

MASK_NAMES = {
    "identity": N_("Identity number: the first 7 characters stay"),
    "mobile": N_("Mobile number: 138****0000"),
    "email": N_("E-mail address: the first letter and the host stay"),
    "name": N_("Name: the family name stays"),
    "address": N_("Address: the beginning stays"),
    "all": N_("All of it"),
}

WIDTHS = {
    "full": N_("Whole line"),
    "half": N_("Half a line"),
    "third": N_("A third"),
    "quarter": N_("A quarter"),
}

TEXT_STYLES = {
    "info": N_("Notice"),
    "warning": N_("Warning"),
    "success": N_("Good news"),
    "commitment": N_("Framed text to scroll"),
}

BUTTON_STYLES = {
    "primary": N_("Main button"),
    "secondary": N_("Other button"),
    "danger": N_("Something that cannot be undone"),
    "link": N_("As a link"),
}
