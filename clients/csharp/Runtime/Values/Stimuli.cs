using System;
using System.Collections.Generic;
using AepsychGrpc.V1;

namespace AepsychGrpc
{
    /// <summary>What a stimulus is made of: <c>trial.Number("contrast")</c>.</summary>
    public static class Stimuli
    {
        /// <summary>A stimulus of one parameter; <see cref="With(Stimulus, string, double)"/> adds others.</summary>
        public static Stimulus Of(string name, double number)
        {
            return new Stimulus().With(name, number);
        }

        /// <summary>Adds a number to a stimulus.</summary>
        public static Stimulus With(this Stimulus stimulus, string name, double number)
        {
            stimulus.Values[name] = Values.Of(number);
            return stimulus;
        }

        /// <summary>Adds a choice to a stimulus.</summary>
        public static Stimulus With(this Stimulus stimulus, string name, string choice)
        {
            stimulus.Values[name] = Values.Of(choice);
            return stimulus;
        }

        /// <summary>Adds yes or no to a stimulus.</summary>
        public static Stimulus With(this Stimulus stimulus, string name, bool flag)
        {
            stimulus.Values[name] = Values.Of(flag);
            return stimulus;
        }

        /// <summary>A parameter that is a number.</summary>
        /// <exception cref="KeyNotFoundException">The stimulus has no such parameter.</exception>
        public static double Number(this Stimulus stimulus, string name)
        {
            return Values.Number(Values.Get(stimulus.Values, name));
        }

        /// <summary>A parameter that is one of several choices.</summary>
        /// <exception cref="KeyNotFoundException">The stimulus has no such parameter.</exception>
        public static string Choice(this Stimulus stimulus, string name)
        {
            return Values.Text(Values.Get(stimulus.Values, name));
        }

        /// <summary>A parameter that is yes or no.</summary>
        /// <exception cref="KeyNotFoundException">The stimulus has no such parameter.</exception>
        public static bool Flag(this Stimulus stimulus, string name)
        {
            return Values.Flag(Values.Get(stimulus.Values, name));
        }

        /// <summary>A parameter of a trial with one stimulus that is a number.</summary>
        public static double Number(this Trial trial, string name)
        {
            return Only(trial).Number(name);
        }

        /// <summary>A parameter of a trial with one stimulus that is one of several choices.</summary>
        public static string Choice(this Trial trial, string name)
        {
            return Only(trial).Choice(name);
        }

        /// <summary>A parameter of a trial with one stimulus that is yes or no.</summary>
        public static bool Flag(this Trial trial, string name)
        {
            return Only(trial).Flag(name);
        }

        private static Stimulus Only(Trial trial)
        {
            if (trial.Stimuli.Count != 1)
            {
                throw new InvalidOperationException(
                    $"Trial {trial.TrialId} has {trial.Stimuli.Count} stimuli; take one of trial.Stimuli.");
            }
            return trial.Stimuli[0];
        }
    }
}
