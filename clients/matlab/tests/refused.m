function message = refused(call, reason)
%REFUSED Makes a call that must fail with aepsych:REASON, and returns the message.
try
    call();
catch failure
    check(strcmp(failure.identifier, ['aepsych:' reason]), [failure.identifier ': ' failure.message]);
    message = failure.message;
    return
end
check(false, ['not refused with ' reason]);
end
