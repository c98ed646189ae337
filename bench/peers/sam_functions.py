"""Transforms the SAM template in the file of the first argument with aws-sam-translator into the file of the second."""

import json
import sys
from pathlib import Path

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

source, target = map(Path, sys.argv[1:])
template = json.loads(source.read_text(encoding="utf-8"))
target.write_text(json.dumps(Translator({}, Parser()).translate(template, {})), encoding="utf-8")
