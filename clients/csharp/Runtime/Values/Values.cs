using System;
using System.Collections.Generic;
using Google.Protobuf.WellKnownTypes;

namespace AepsychGrpc
{
    /// <summary>Values of parameters and outcomes as messages have them.</summary>
    public static class Values
    {
        /// <summary>A number.</summary>
        public static Value Of(double number)
        {
            return new Value { NumberValue = number };
        }

        /// <summary>Yes or no.</summary>
        public static Value Of(bool flag)
        {
            return new Value { BoolValue = flag };
        }

        /// <summary>A name, such as one of a categorical parameter's choices.</summary>
        public static Value Of(string text)
        {
            return new Value { StringValue = text };
        }

        /// <summary>The number of a value; of yes and no 1 and 0.</summary>
        /// <exception cref="InvalidOperationException">It is none.</exception>
        public static double Number(Value value)
        {
            switch (value.KindCase)
            {
                case Value.KindOneofCase.NumberValue: return value.NumberValue;
                case Value.KindOneofCase.BoolValue: return value.BoolValue ? 1 : 0;
                default: throw new InvalidOperationException($"The value is no number but of kind {Kind(value)}.");
            }
        }

        /// <summary>The name that a value is.</summary>
        /// <exception cref="InvalidOperationException">It is none.</exception>
        public static string Text(Value value)
        {
            if (value.KindCase != Value.KindOneofCase.StringValue)
            {
                throw new InvalidOperationException($"The value is no text but of kind {Kind(value)}.");
            }
            return value.StringValue;
        }

        /// <summary>Whether a value is yes; 0 is no, and any other number yes.</summary>
        /// <exception cref="InvalidOperationException">It is neither.</exception>
        public static bool Flag(Value value)
        {
            return Number(value) != 0;
        }

        /// <summary>The value of a name.</summary>
        /// <exception cref="KeyNotFoundException">There is none of this name; the message has those that there are.</exception>
        internal static Value Get(IDictionary<string, Value> values, string name)
        {
            Value value;
            if (!values.TryGetValue(name, out value))
            {
                throw new KeyNotFoundException($"There is no \"{name}\"; there are {string.Join(", ", values.Keys)}.");
            }
            return value;
        }

        private static string Kind(Value value)
        {
            switch (value.KindCase)
            {
                case Value.KindOneofCase.NumberValue: return "number";
                case Value.KindOneofCase.BoolValue: return "bool";
                case Value.KindOneofCase.StringValue: return "string";
                case Value.KindOneofCase.StructValue: return "object";
                case Value.KindOneofCase.ListValue: return "list";
                default: return "null";
            }
        }
    }
}
