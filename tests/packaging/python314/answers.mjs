// The macro's answers to events in Python 3.14: node answers.mjs PYODIDE CODE FOLDER
// CODE is the function's folder. FOLDER has events.json, a list, and gets answers.json.
import { createRequire } from "node:module";
import path from "node:path";

const [pyodide, code, folder] = process.argv.slice(2).map((name) => path.resolve(name));
const { loadPyodide } = createRequire(`${pyodide}/`)("pyodide");
const python = await loadPyodide({ stdout: () => {} });
python.mountNodeFS("/code", code);
python.mountNodeFS("/folder", folder);
python.runPython(`
import json, platform, sys
from types import SimpleNamespace

sys.dont_write_bytecode = True
sys.path.insert(0, "/code")
from appmesh_inject.macro import handler

context = SimpleNamespace(
    function_name="f", memory_limit_in_mb=512, invoked_function_arn="arn:f", aws_request_id="r"
)
with open("/folder/events.json", encoding="utf-8") as file:
    answers = [handler(event, context) for event in json.load(file)]
with open("/folder/answers.json", "w", encoding="utf-8") as file:
    json.dump({"version": platform.python_version(), "answers": answers}, file)
`);
