function shown = canvas(given, view)
%CANVAS Returns the axes to plot on, with their scales, labels and title.
shown = given;
if isempty(shown)
    shown = axes('Parent', figure());
end
hold(shown, 'on');
scales = {'linear', 'log'};
set(shown, 'XScale', scales{view.axes(1).log + 1}, 'XLim', view.axes(1).values([1 end]), 'Layer', 'top');
xlabel(shown, view.axes(1).label, 'Interpreter', 'none');
title(shown, view.title, 'Interpreter', 'none');
if numel(view.axes) > 1
    set(shown, 'YScale', scales{view.axes(2).log + 1}, 'YLim', view.axes(2).values([1 end]));
    ylabel(shown, view.axes(2).label, 'Interpreter', 'none');
end
end
