function text = encode(value)
%ENCODE Writes JSON.
%
%   TEXT = aepsych.json.encode(VALUE)
%
%   A struct or a containers.Map is an object; a struct array, a list of cells, a vector and a string array are lists; a
%   matrix is a list of its rows. A list with a single value in it is written {VALUE}. NaN and Inf are written as the
%   server reads them, whole numbers of any class without a fraction.
if ischar(value) || isa(value, 'string')
    text = texts(value);
elseif iscell(value)
    text = list(cellfun(@aepsych.json.encode, value(:)', 'UniformOutput', false));
elseif isnumeric(value) || islogical(value)
    text = numbers(value);
elseif isa(value, 'containers.Map') || (isstruct(value) && numel(value) == 1)
    [keys, values] = aepsych.json.entries(value);
    parts = cellfun(@(key, one) [aepsych.json.encode(key) ':' aepsych.json.encode(one)], keys, values, ...
        'UniformOutput', false);
    text = ['{' strjoin(parts, ',') '}'];
elseif isstruct(value)
    text = list(arrayfun(@aepsych.json.encode, value(:)', 'UniformOutput', false));
else
    error('aepsych:INVALID_REQUEST', ['A value of class %s can''t be sent; texts, numbers, logicals, structs, ' ...
        'containers.Map and cells can.'], class(value));
end
end

function text = list(parts)
text = ['[' strjoin(parts, ',') ']'];
end

function text = texts(value)
if isa(value, 'string') && ~isscalar(value)
    text = list(cellfun(@quoted, cellstr(value(:)'), 'UniformOutput', false));
elseif size(value, 1) > 1
    text = list(cellfun(@quoted, cellstr(value)', 'UniformOutput', false));
else
    text = quoted(char(value));
end
end

function text = quoted(text)
text = strrep(strrep(text, '\', '\\'), '"', '\"');
for code = unique(double(text(text < 32)))
    text = strrep(text, char(code), sprintf('\\u%04x', code));
end
text = ['"' text '"'];
end

function text = numbers(value)
if ~isreal(value) || ndims(value) > 2
    error('aepsych:INVALID_REQUEST', 'Only real numbers, vectors and matrices can be sent.');
elseif isscalar(value)
    text = number(value);
elseif size(value, 1) > 1 && size(value, 2) > 1
    text = list(cellfun(@numbers, num2cell(value, 2)', 'UniformOutput', false));
else
    text = list(arrayfun(@number, value(:)', 'UniformOutput', false));
end
end

function text = number(value)
if islogical(value)
    words = {'false', 'true'};
    text = words{value + 1};
elseif isinteger(value)
    text = sprintf('%d', value);
elseif isnan(value)
    text = 'NaN';
elseif isinf(value)
    words = {'Infinity', '-Infinity'};
    text = words{(value < 0) + 1};
else
    text = sprintf('%.15g', value);
    if str2double(text) ~= value
        text = sprintf('%.17g', value);
    end
end
end
