function value = decode(text)
%DECODE Reads JSON without changing what it says.
%
%   VALUE = aepsych.json.decode(TEXT)
%
%   An object is a struct, or a containers.Map if one of its keys is not the name of a variable (such as "my-key" or
%   "größe"). A list is a row of cells, also with a single value in it; numbers are doubles, null is [].
%
%   Built-in jsondecode would rename keys, and make a list of one into its value.

% Tokens: a list of numbers alone, a string (a key with its colon), a number, a word, a sign, anything else.
pattern = ['\[[-+.0-9eE,\s]*\d\s*\]' '|"[^"\\]*(?:\\.[^"\\]*)*"\s*:?' '|-?\d[-+.0-9eE]*' '|[A-Za-z]+|-Infinity' '|\S'];
tokens = regexp(text, pattern, 'match');
if isempty(tokens)
    refuse('it is empty');
end
tokens{end + 1} = '';
[value, at] = valueAt(tokens, 1);
if at < numel(tokens)
    refuse(sprintf('"%s" follows its end', tokens{at}));
end
end

function [value, at] = valueAt(tokens, at)
token = tokens{at};
if isempty(token)
    refuse('it ends too early');
end
switch token(1)
    case '"'
        value = textOf(token);
        at = at + 1;
    case '{'
        [value, at] = objectAt(tokens, at + 1);
    case '['
        if numel(token) > 1
            value = numbersOf(token);
            at = at + 1;
        else
            [value, at] = listAt(tokens, at + 1);
        end
    otherwise
        value = wordOf(token);
        at = at + 1;
end
end

function value = numbersOf(token)
% Read all at once: a thousand values take a thousand times as long by themselves.
inside = strtrim(token(2:end - 1));
[numbers, count, ~, next] = sscanf(inside, '%f ,');
if count ~= sum(inside == ',') + 1 || next <= numel(inside)
    refuse(sprintf('%s is no list', token));
end
value = num2cell(numbers');
end

function [value, at] = listAt(tokens, at)
value = cell(1, 0);
if strcmp(tokens{at}, ']')
    at = at + 1;
    return
end
while true
    [value{end + 1}, at] = valueAt(tokens, at); %#ok<AGROW>
    token = tokens{at};
    at = at + 1;
    if strcmp(token, ']')
        return
    elseif ~strcmp(token, ',')
        refuse(sprintf('"," or "]" is missing before "%s"', token));
    end
end
end

function [value, at] = objectAt(tokens, at)
keys = cell(1, 0);
values = cell(1, 0);
if strcmp(tokens{at}, '}')
    at = at + 1;
else
    while true
        token = tokens{at};
        if isempty(token) || token(1) ~= '"' || token(end) ~= ':'
            refuse(sprintf('a key is missing before "%s"', token));
        end
        keys{end + 1} = textOf(token(1:find(token == '"', 1, 'last'))); %#ok<AGROW>
        [values{end + 1}, at] = valueAt(tokens, at + 1); %#ok<AGROW>
        token = tokens{at};
        at = at + 1;
        if strcmp(token, '}')
            break
        elseif ~strcmp(token, ',')
            refuse(sprintf('"," or "}" is missing before "%s"', token));
        end
    end
end
value = aepsych.json.object(keys, values);
end

function text = textOf(token)
if token(1) ~= '"' || numel(token) < 2 || token(end) ~= '"'
    refuse(sprintf('a string without its end, or with ":" behind it: %s', token));
end
text = token(2:end - 1);
if ~any(text == '\')
    return
end
half = '[0-9a-fA-F]{2}';
pair = ['\\u[dD][89abAB]' half '\\u[dD][c-fC-F]' half];
[escapes, between] = regexp(text, [pair '|\\u' half half '|\\.'], 'match', 'split');
parts = [between; [cellfun(@character, escapes, 'UniformOutput', false), {''}]];
text = [parts{:}];
end

function text = character(escape)
switch escape(2)
    case 'u'
        units = regexp(escape, '[0-9a-fA-F]{4}', 'match');
        codes = hex2dec(units)';
        bytes = [floor(codes / 256); mod(codes, 256)];
        % Text is in UTF-16 in MATLAB, in UTF-8 in Octave.
        text = native2unicode(uint8(bytes(:)'), 'UTF-16BE');
    case 'n', text = sprintf('\n');
    case 't', text = sprintf('\t');
    case 'r', text = sprintf('\r');
    case 'b', text = sprintf('\b');
    case 'f', text = sprintf('\f');
    otherwise, text = escape(2);
end
end

function value = wordOf(token)
switch token
    case 'true', value = true;
    case 'false', value = false;
    case 'null', value = [];
    case 'NaN', value = NaN;
    case 'Infinity', value = Inf;
    case '-Infinity', value = -Inf;
    otherwise
        [value, count, ~, next] = sscanf(token, '%f');
        if count ~= 1 || next <= numel(token) || ~any(token(1) == '-0123456789')
            refuse(sprintf('"%s" is no value', token));
        end
end
end

function refuse(why)
error('aepsych:INVALID_REQUEST', 'This is no JSON: %s.', why);
end
