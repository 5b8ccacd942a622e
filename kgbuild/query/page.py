"""The web page of the endpoint, with the named questions. It loads nothing from other servers."""

from __future__ import annotations

import json
from html import escape

from kgbuild.mapping.load import RegistryMapping
from kgbuild.query.question import Question, questions


def render(vocabulary: RegistryMapping) -> str:
    """Return the page: a list of questions, the parameters and the text of the chosen question, and a button."""
    supported = [question for question in questions().values() if "sparql" in question.texts]
    others = ", ".join(f"<code>{escape(name)}</code>" for name, question in questions().items() if "sparql" not in question.texts)
    options = "\n".join(f'<option value="{escape(q.name)}">{escape(q.name)}: {escape(q.words)}</option>' for q in supported)
    data = json.dumps({q.name: _data(q) for q in supported}, ensure_ascii=False).replace("<", "\\u003c")
    bases = json.dumps({space: vocabulary.prefixes.prefixes[space] for space in vocabulary.prefixes.prefixes}).replace("<", "\\u003c")
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kgbuild: questions</title>
<link rel="stylesheet" href="/page.css">
<script type="application/json" id="questions">{data}</script>
<script type="application/json" id="prefixes">{bases}</script>
<script src="/page.js" defer></script>
<h1>Questions to the graph</h1>
<p>The address of the SPARQL endpoint is <code id="address">/query</code>. It is read-only.
Questions that SPARQL cannot express are answered by <code>kgbuild query</code>: {others}.</p>
<form id="form">
<label>Question <select id="question">
{options}
</select></label>
<div id="parameters"></div>
<label>SPARQL <textarea id="text" rows="16" spellcheck="false"></textarea></label>
<button type="submit" id="run">Ask</button> <output id="status" aria-live="polite"></output>
</form>
<div id="scroll"><table id="answer"></table></div>
</html>
"""


def _data(question: Question) -> dict[str, object]:
    return {"text": question.texts["sparql"], "parameters": [parameter._asdict() for parameter in question.parameters]}
