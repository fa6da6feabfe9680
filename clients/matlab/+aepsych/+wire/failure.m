function failure = failure(answer, told, url)
%FAILURE Says why a call failed, from what came instead of its response.
%
%   FAILURE = aepsych.wire.failure(ANSWER, TOLD, URL), where TOLD is what the ANSWER's JSON says, with fields
%     identifier  'aepsych:REASON'; the reasons are those of the contract's ErrorReason, such as OUT_OF_BOUNDS. Without a
%                 word from the server it is CONNECTION_FAILED, DEADLINE_EXCEEDED or UNEXPECTED_ANSWER.
%     message     what was given, what is allowed and what to do; every field at fault has a line
%     again       whether the same call may succeed if it is sent again
failure = struct('identifier', '', 'message', '', 'again', false);
if answer.status == 0
    failure = withoutAnswer(answer, url);
    return
end
if ~isstruct(told) || ~isfield(told, 'code')
    failure.identifier = 'aepsych:UNEXPECTED_ANSWER';
    failure.again = any(answer.status == [502 503 504]); % a proxy, while the server behind it restarts
    failure.message = sprintf('%s answers with HTTP status %d, and not as an aepsych-grpc server does: %s', ...
        url, answer.status, strtrim(answer.body(1:min(end, 200))));
    return
end
reason = upper(told.code);
violations = {};
details = {};
if isfield(told, 'details')
    details = told.details;
end
for i = 1:numel(details)
    detail = details{i}.debug;
    switch details{i}.type
        case 'google.rpc.ErrorInfo'
            reason = detail.reason;
        case 'google.rpc.BadRequest'
            violations = detail.fieldViolations;
    end
end
failure.identifier = ['aepsych:' reason];
failure.again = any(strcmp(told.code, {'unavailable', 'aborted'}));
failure.message = told.message;
if numel(violations) > 1 % the message has the first and the number of the others; all of them follow
    lines = cellfun(@(one) sprintf('%s: %s', one.field, one.description), violations, 'UniformOutput', false);
    about = [strfind(told.message, lines{1}), numel(told.message) + 1];
    failure.message = strjoin([{strtrim(told.message(1:about(1) - 1))}, lines], sprintf('\n  '));
end
end

function failure = withoutAnswer(answer, url)
switch answer.problem
    case 'timeout'
        failure = struct('identifier', 'aepsych:DEADLINE_EXCEEDED', 'again', false, ...
            'message', sprintf('No answer from %s in time (%s).', url, answer.body));
    case 'unreachable'
        failure = struct('identifier', 'aepsych:CONNECTION_FAILED', 'again', true, ...
            'message', sprintf(['No server answers at %s (%s). Start one with "aepsych-grpc serve", or give the ' ...
            'address of its HTTP port: aepsych.Client(''HOST:PORT''), by default 50052.'], url, answer.body));
    otherwise
        failure = struct('identifier', 'aepsych:CONNECTION_FAILED', 'again', false, ...
            'message', sprintf(['The call of %s failed: %s. Is it the HTTP port (50052 by default, not that of gRPC), ' ...
            'with https:// for a server that has TLS?'], url, answer.body));
end
end
