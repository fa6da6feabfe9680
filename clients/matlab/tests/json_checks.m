function json_checks()
%JSON_CHECKS What is read from JSON and written to it, without a server.

same = {'{"a":1,"b":[1],"c":[[1,2],[3,4]],"e":true,"f":{},"g":[],"h":""}', '[{"a":1},{"b":[{"c":["x"]}]}]', ...
    '{"größe":"ä😀","my-key":[1]}', '[NaN,-Infinity,0.1,1e+300,-2]', '{"end":1}', '"a\\b\"c/d"', '[[],[[]],{}]', ...
    '{"deep":{"deep":{"my-key":{"deep":[0]}}}}', '[true,false,[1,"a"]]', '12'};
for i = 1:numel(same)
    written = aepsych.json.encode(aepsych.json.decode(same{i}));
    check(strcmp(written, same{i}), [same{i} ' became ' written]);
end

% What looks otherwise and means the same.
check(isequal(aepsych.json.decode('"\u00e4\ud83d\ude00\n\t\/"'), ['ä😀' sprintf('\n\t') '/']), 'escapes');
check(strcmp(aepsych.json.encode(sprintf('a\nb%c', 1)), '"a\u000ab\u0001"'), 'signs that JSON has not');
check(isequal(aepsych.json.decode(sprintf(' [ 1 ,\n2.50 ] ')), {1, 2.5}), 'blanks');
check(isequal(aepsych.json.decode('null'), []), 'null');
check(isequal(aepsych.json.decode('{"a":1,"a":2}'), struct('a', 2)), 'the latter of two');
check(isstruct(aepsych.json.decode('{"a":1}')) && isa(aepsych.json.decode('{"a b":1}'), 'containers.Map'), 'kinds');
long = repmat('x', 1, 64);
check(isa(aepsych.json.decode(['{"' long '":1}']), 'containers.Map'), 'a name that MATLAB would cut off');

% Numbers of every class, and arrays.
check(strcmp(aepsych.json.encode(int64(9007199254740993)), '9007199254740993'), 'int64');
check(strcmp(aepsych.json.encode({uint8(7), single(0.5), true}), '[7,0.5,true]'), 'classes');
check(strcmp(aepsych.json.encode([1 2; 3 4]), '[[1,2],[3,4]]'), 'a matrix');
check(strcmp(aepsych.json.encode({1}), '[1]') && strcmp(aepsych.json.encode(1), '1'), 'a list of one');
check(strcmp(aepsych.json.encode(struct('a', {1, 2})), '[{"a":1},{"a":2}]'), 'a struct array');
for number = [pi, 1 / 3, 1e-300, 0.1 + 0.2, realmax, eps]
    check(aepsych.json.decode(aepsych.json.encode(number)) == number, sprintf('%.17g', number));
end

wrong = {'', '{', '[1,]', '[,1]', '{"a" 1}', '1 2', 'tru', '"abc', '{"a":1,}', '[1 2]', '01x', '{a:1}', '"a":', '--1', ...
    '1.2.3', '[1..2]', '[1,,2]', '-', '{"a":"b":1}', '[1}', '{"a":1]'};
for i = 1:numel(wrong)
    refused(@() aepsych.json.decode(wrong{i}), 'INVALID_REQUEST');
end
refused(@() aepsych.json.encode(@sin), 'INVALID_REQUEST');
refused(@() aepsych.json.encode(1i), 'INVALID_REQUEST');

% Lists that the contract has, whatever MATLAB makes of a list of one.
json = @(config) aepsych.wire.toJson('ExperimentConfig', config);
one = struct('name', 'x', 'categorical', struct('choices', 'a'));
check(strcmp(json(struct('parameters', one)), '{"parameters":[{"name":"x","categorical":{"choices":["a"]}}]}'), 'one');
levels = struct('name', 'x', 'discrete', struct('values', 2));
check(strcmp(json(struct('parameters', {{levels}})), '{"parameters":[{"name":"x","discrete":{"values":[2]}}]}'), 'cells');
check(strcmp(json(struct('seed', [], 'parmeters', 1)), '{"parmeters":1}'), 'left out, and unknown');
check(strcmp(aepsych.wire.toJson('AskRequest', struct('compute_budget', 0.25)), '{"compute_budget":"0.250000000s"}'), ...
    'a duration');

% What the contract's JSON leaves out is there.
answer = aepsych.wire.fromJson('AskResponse', aepsych.json.decode('{"trials":[{"trialId":1}]}'));
check(answer.finished == false && answer.sequence == 0 && isequal(size(answer.trials), [1 1]), 'left out');
check(isempty(answer.trials.stimuli) && isfield(answer.trials.stimuli, 'values') && isempty(answer.trials.observation), 'unset');
point = aepsych.wire.fromJson('Estimate', aepsych.json.decode('{"mean":"NaN","upper":"Infinity"}'));
check(isnan(point.mean) && point.upper == Inf && point.lower == 0, 'NaN and Infinity');

% Ids, without a draw from the user's random numbers.
rand('seed', 42); %#ok<RAND>
first = rand();
rand('seed', 42); %#ok<RAND>
ids = arrayfun(@(i) aepsych.newId(), 1:100, 'UniformOutput', false);
check(rand() == first, 'random numbers are drawn');
check(numel(unique(ids)) == 100 && all(cellfun(@numel, ids) <= 200), 'ids');
end
