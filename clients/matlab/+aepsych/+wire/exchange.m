function response = exchange(connection, method, requestMessage, responseMessage, request, seconds)
%EXCHANGE Makes a call: sends its request, again where that helps, and returns its response.
%
%   RESPONSE = aepsych.wire.exchange(CONNECTION, METHOD, REQUESTMESSAGE, RESPONSEMESSAGE, REQUEST, SECONDS)
%
%   Every call may be sent again, for the server recognises it by the ids that the client has made; it is, after
%   UNAVAILABLE (a server that restarts) and ABORTED (one that lost a race for the database), never after a deadline.
%   SECONDS are for all of it together. Failures are errors aepsych:REASON; see aepsych.wire.failure.
body = aepsych.wire.toJson(requestMessage, request);
url = [connection.url '/aepsych_grpc.v1.ExperimentService/' method];
start = tic();
attempts = 10;
for attempt = 1:attempts
    left = max(seconds - toc(start), 0.001); % a pause can last longer than it should
    answer = aepsych.wire.post(url, body, left, connection.token, connection.ca_file);
    [told, readable] = reading(answer);
    if answer.status == 200 && readable
        connection.reached = true;
        response = aepsych.wire.fromJson(responseMessage, told);
        return
    end
    failure = aepsych.wire.failure(answer, told, connection.url);
    connection.reached = connection.reached || answer.status > 0;
    % Clients that failed together come back one by one; the user's random numbers stay as they are.
    pauses = min(0.1 * 2 ^ (attempt - 1), 3) * (0.75 + 0.25 * sin(86400e3 * now()));
    last = seconds;
    if ~connection.reached
        last = min(seconds, 3); % a wrong address deserves its error soon, a server that restarts patience
    end
    if ~failure.again || attempt == attempts || toc(start) + pauses >= last
        error(failure.identifier, '%s', failure.message);
    end
    pause(pauses);
end
end

function [told, readable] = reading(answer)
told = struct();
readable = answer.status > 0;
if readable
    try
        told = aepsych.json.decode(answer.body);
    catch
        readable = false;
    end
end
readable = readable && isstruct(told);
end
