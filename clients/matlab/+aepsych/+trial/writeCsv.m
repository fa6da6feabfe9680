function writeCsv(experiment, file)
%WRITECSV Writes an experiment's trials to a file of comma-separated values (RFC 4180, UTF-8), a row for each.
[columns, rows] = aepsych.trial.asTable(experiment);
[id, why] = fopen(file, 'w', 'n', 'UTF-8');
if id < 0
    error('aepsych:INVALID_REQUEST', '%s can''t be written: %s', file, why);
end
closing = onCleanup(@() fclose(id));
for row = [{columns}, num2cell(rows, 2)']
    fprintf(id, '%s\r\n', strjoin(cellfun(@field, row{1}, 'UniformOutput', false), ','));
end
end

function text = field(value)
if ischar(value)
    text = value;
else
    text = aepsych.json.encode(value);
end
if any(ismember(text, [',"' sprintf('\r\n')]))
    text = ['"' strrep(text, '"', '""') '"'];
end
end
