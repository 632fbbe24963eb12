"""Log groups and the functions that write to them."""


def logs_need_their_group():
    """Logs of a function whose group is gone go nowhere, as on AWS for a role that may not create
    groups. ministack makes the group anew, without tags, and its retries of a failed event outlive the
    function: after `down` a group that belongs to nobody would appear."""
    from ministack.services import cloudwatch_logs, lambda_svc

    emit = lambda_svc._emit_lambda_logs

    def emit_into_existing(func, *arguments, **options):
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup")
        group = group or f"/aws/lambda/{config.get('FunctionName')}"
        if group in cloudwatch_logs._log_groups:
            emit(func, *arguments, **options)

    lambda_svc._emit_lambda_logs = emit_into_existing
