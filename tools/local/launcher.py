"""Runs the AWS emulator on loopback, with the differences from AWS that would mislead us removed.

The emulator is pinned (tools/local/requirements/emulator.txt). Each fix, here and in emulator_queues.py, replaces one
private name of it, and `replace` refuses to start when that name is gone, so that a new version cannot silently undo a
fix.

Not done here: starting, stopping, deploying; that is the `shopsignal` command.
"""

import json
import socketserver
import time

import emulator_queues as queues
from emulator_patch import check_version, replace


def accept_saved_queries(provisioners):
    """Lets a stack hold queries of CloudWatch Logs Insights, a type that the emulator refuses. Nothing reads them here."""

    def create(logical_id, _properties, stack_name):
        return f"{stack_name}-{logical_id}", {}

    def add(table):
        # In place: the emulator's other modules hold the same table.
        table["AWS::Logs::QueryDefinition"] = {
            "create": create,
            "update": lambda physical_id, _old, _new, _stack_name: (physical_id, {}),
            "delete": lambda _physical_id, _properties: None,
        }
        return table

    replace(provisioners, "_RESOURCE_HANDLERS", add)


def camel_case(configuration):
    """Turns `AllowOrigins` into `allowOrigins`, the spelling that the emulator's HTTP API reads."""
    return {name[:1].lower() + name[1:]: value for name, value in (configuration or {}).items()}


def cors_from_templates(apigateway):
    """CORS as written in a template. Without this: every preflight is refused, as if CORS were not configured."""
    for name in ("_cors_response_headers", "_cors_preflight_response"):
        replace(apigateway, name, lambda original: lambda cors, origin: original(camel_case(cors), origin))


def hide_function_errors(lambda_svc):
    """A failed function answers as on AWS. Without this: 502 with the text of the error, which clients must not see."""
    body = json.dumps({"message": "Internal Server Error"})

    def make(original):
        def convert(result):
            failed = result.get("error") and not result.get("throttle")
            if not failed:
                return original(result)
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": body}, None

        return convert

    replace(lambda_svc, "lambda_execute_result_to_api_proxy_response", make)


def log_failed_starts(lambda_svc):
    """What a function wrote that died at its start, in its log. Without this: in the answer alone, which nobody sees
    when a queue or a schedule invoked it."""

    def make(original):
        def execute(*arguments, **options):
            result = original(*arguments, **options)
            body = result.get("body")
            if result.get("error") and not result.get("log") and isinstance(body, dict):
                result = {**result, "log": str(body.get("errorMessage", ""))}
            return result

        return execute

    replace(lambda_svc, "_execute_function_provided_warm", make)


def answer_at_once(lambda_runtime):
    """Waits 5 ms instead of 50 for the log lines of an invocation that writes none."""
    replace(lambda_runtime, "ProvidedWorker", lambda original: original)

    def make(original):
        def drain(self, first_line_wait=0.005, **waits):
            return original(self, first_line_wait=first_line_wait, **waits)

        return drain

    replace(lambda_runtime.ProvidedWorker, "_drain_stderr_bounded", make)


def parameters_for_sam(engine, users, sam):
    """The values of the parameters where SAM's transform uses them. Without this: their defaults."""
    values = {}

    def make(original):
        def apply(template, provided=None, previous=None):
            values.update(engine._transform_parameters(template, provided, previous))
            return original(template, provided, previous)

        return apply

    for user in users:
        replace(user, "_apply_transforms", make)
    replace(sam, "transform", lambda original: lambda template, _, loader: original(template, dict(values), loader))


def end_idle_versions(lambda_svc, runtime):
    """Ends idle environments of published versions. Without this: one of each stays, with its connection to Postgres."""

    def reap():
        oldest = time.time() - runtime._LOCAL_WORKER_TTL
        with runtime._lock:
            last = {key: workers[0] for key, workers in runtime._workers.items() if len(workers) == 1}
            idle = {key: one for key, one in last.items() if not one.in_use and one.last_used < oldest}
            idle = {key: one for key, one in idle.items() if one.config.get("Version", "$LATEST") != "$LATEST"}
            for key in idle:
                del runtime._workers[key]
        runtime.kill_workers(list(idle.values()))
        return runtime.reap_idle_workers()

    replace(lambda_svc, "reap_idle_workers", lambda _original: reap)


def main():
    check_version()
    # The runtime API writes header and body apart; with Nagle's algorithm each invocation waits 40 ms for an ACK.
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True

    from ministack import app
    from ministack.core import lambda_runtime
    from ministack.services import apigateway, lambda_svc, sqs
    from ministack.services.cloudformation import changesets, engine, handlers, provisioners
    from samtranslator.translator import transform

    queues.batches_as_on_aws(sqs, lambda_svc)
    queues.trace_headers_in_batches(sqs)
    queues.concurrency_from_parameters(lambda_svc)
    cors_from_templates(apigateway)
    accept_saved_queries(provisioners)
    hide_function_errors(lambda_svc)
    log_failed_starts(lambda_svc)
    answer_at_once(lambda_runtime)
    end_idle_versions(lambda_svc, lambda_runtime)
    parameters_for_sam(engine, [changesets, handlers], transform)
    app.main()


if __name__ == "__main__":
    main()
