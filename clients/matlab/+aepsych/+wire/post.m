function answer = post(url, body, seconds, token, caFile)
%POST Sends a request over HTTP/1.1 and waits for its answer: all that this client knows of networks.
%
%   ANSWER = aepsych.wire.post(URL, BODY, SECONDS, TOKEN, CAFILE)
%
%   BODY is JSON. TOKEN is sent as a bearer token unless it is empty; CAFILE has the certificates (PEM) that are trusted
%   instead of the system's, unless it is empty. ANSWER.status is the HTTP status, 0 if there was no answer; then
%   ANSWER.problem is 'timeout', 'unreachable' or 'failed', and ANSWER.body says more.
if exist('OCTAVE_VERSION', 'builtin')
    answer = postWithCurl(url, body, seconds, token, caFile);
else
    answer = postWithMatlab(url, body, seconds, token, caFile);
end
end

function answer = postWithMatlab(url, body, seconds, token, caFile)
headers = [matlab.net.http.HeaderField('Content-Type', 'application/json'), ...
    matlab.net.http.HeaderField('Connect-Protocol-Version', '1'), ...
    matlab.net.http.HeaderField('Connect-Timeout-Ms', milliseconds(seconds))];
if ~isempty(token)
    headers(end + 1) = matlab.net.http.HeaderField('Authorization', ['Bearer ' token]);
end
options = matlab.net.http.HTTPOptions('ConnectTimeout', seconds, 'ConvertResponse', false, 'Authenticate', false, ...
    'UseProxy', isempty(regexp(url, '^https?://(localhost|127\.|\[::1\])', 'once')));
if isprop(options, 'ResponseTimeout')
    options.ResponseTimeout = seconds;
end
if ~isempty(caFile)
    options.CertificateFilename = caFile;
end
content = matlab.net.http.MessageBody();
content.Payload = unicode2native(body, 'UTF-8');
try
    response = send(matlab.net.http.RequestMessage('POST', headers, content), matlab.net.URI(url), options);
catch failure
    if contains(failure.identifier, 'Timeout', 'IgnoreCase', true)
        answer = unanswered('timeout', failure.message);
    elseif ~isempty(regexpi(failure.identifier, 'Certificate|SSL', 'once'))
        answer = unanswered('failed', failure.message);
    else
        answer = unanswered('unreachable', failure.message);
    end
    return
end
data = response.Body.Data;
if isnumeric(data)
    data = native2unicode(uint8(data(:)'), 'UTF-8');
end
answer = struct('status', double(response.StatusCode), 'problem', '', 'body', char(data));
end

function answer = postWithCurl(url, body, seconds, token, caFile)
% What to send is in files that nobody else can read: other users see the words of a command.
folder = tempname();
mask = umask(63); % 0077
mkdir(folder);
tidy = onCleanup(@() removed(folder));
restore = onCleanup(@() umask(mask));
bodyFile = fullfile(folder, 'body');
written(bodyFile, body);
lines = {['url = ' quoted(url)], 'silent', 'show-error', 'http1.1', 'noproxy = "localhost,127.0.0.1,::1"', ...
    ['max-time = ' sprintf('%.3f', seconds)], ['data-binary = ' quoted(['@' bodyFile])], ...
    'header = "Content-Type: application/json"', 'header = "Connect-Protocol-Version: 1"', 'header = "Expect:"', ...
    ['header = "Connect-Timeout-Ms: ' milliseconds(seconds) '"'], 'write-out = "\n%{http_code}"'};
if ~isempty(token)
    lines{end + 1} = ['header = ' quoted(['Authorization: Bearer ' token])];
end
if ~isempty(caFile)
    lines{end + 1} = ['cacert = ' quoted(caFile)];
end
written(fullfile(folder, 'curl'), sprintf('%s\n', lines{:}));
[code, output] = system(sprintf('curl -q --config "%s" 2>"%s"', fullfile(folder, 'curl'), fullfile(folder, 'errors')));
if code == 0
    at = find(output == sprintf('\n'), 1, 'last');
    answer = struct('status', str2double(output(at + 1:end)), 'problem', '', 'body', output(1:at - 1));
    return
end
switch code
    case 28
        problem = 'timeout';
    case {6, 7, 18, 52, 55, 56} % no such host, refused, cut off before or within the answer
        problem = 'unreachable';
    otherwise
        problem = 'failed';
end
answer = unanswered(problem, strtrim(fileread(fullfile(folder, 'errors'))));
end

function removed(folder)
confirm = confirm_recursive_rmdir(false, 'local'); %#ok<NASGU> % local: as long as this function runs
rmdir(folder, 's');
end

function written(file, text)
id = fopen(file, 'w');
fwrite(id, text);
fclose(id);
end

function text = quoted(text)
text = ['"' strrep(strrep(text, '\', '\\'), '"', '\"') '"'];
end

function text = milliseconds(seconds)
text = sprintf('%.0f', max(1, ceil(seconds * 1000)));
end

function answer = unanswered(problem, why)
answer = struct('status', 0, 'problem', problem, 'body', why);
end
