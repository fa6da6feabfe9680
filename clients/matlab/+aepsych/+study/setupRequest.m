function [request, own] = setupRequest(call, config, given)
%SETUPREQUEST Makes the request of Setup from a config and the options of aepsych.Client's setup.
%
%   A config is a struct or containers.Map, or the name of a JSON file.
own = aepsych.options(call, struct('participant_id', '', 'labels', struct(), 'seed', [], 'warm_start', {{}}, ...
    'prior_from', {{}}, 'request_id', aepsych.newId()), given);
if ischar(config) || isa(config, 'string')
    config = readFile(char(config));
end
if ~(isstruct(config) && isscalar(config)) && ~isa(config, 'containers.Map')
    error('aepsych:INVALID_CONFIG', 'A config is a struct, a containers.Map or the name of a JSON file.');
end
request = struct('request_id', own.request_id, 'participant_id', own.participant_id, 'seed', own.seed);
request.labels = own.labels;
request.warm_start_experiment_ids = own.warm_start;
request.prior_from_experiment_ids = own.prior_from;
request.config = config;
end

function config = readFile(name)
[~, ~, extension] = fileparts(name);
if any(strcmpi(extension, {'.yaml', '.yml'}))
    error('aepsych:INVALID_CONFIG', ['%s is in YAML, which MATLAB can''t read. Make JSON of it: ' ...
        'aepsych-grpc config show --json %s > study.json'], name, name);
end
[id, why] = fopen(name, 'r', 'n', 'UTF-8');
if id < 0
    error('aepsych:INVALID_CONFIG', '%s can''t be read: %s', name, why);
end
text = fread(id, Inf, 'char=>char')';
fclose(id);
try
    config = aepsych.json.decode(text);
catch failure
    error('aepsych:INVALID_CONFIG', '%s is no config. %s', name, failure.message);
end
end
