using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Packetboat.Protocol;
using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Operations;

/// <summary>One change to an account's limits, as an operator writes it: a line of <c>[Limits]</c> without blanks.</summary>
internal static class LimitChange
{
    private const string Default = "default";
    private const string HowTo = "Write MessagesPerDay=500, MessagesPerDayAction=hold or MessagesPerDay=default";

    /// <param name="text">Such as <c>MessagesPerDay=500</c>.</param>
    /// <param name="own">What the account has of its own; it is changed.</param>
    /// <param name="refusal">Why not.</param>
    public static bool TryApply(string text, Dictionary<AccountLimit, OwnLimit> own, [NotNullWhen(false)] out Refusal? refusal)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string name = (equals < 0 ? text : text[..equals]).Trim();
        string value = equals < 0 ? "" : text[(equals + 1)..].Trim();
        bool isAction = name.EndsWith(LimitKeys.Action, StringComparison.OrdinalIgnoreCase) && !TryFind(name, out _);
        if (!TryFind(isAction ? name[..^LimitKeys.Action.Length] : name, out AccountLimit limit))
        {
            string? nearest = NearestName.Of(name, LimitWords.All.Select(one => one.ToString()));
            refusal = new Refusal(
                PrintableText.Of(text, 80),
                "there is no such limit",
                nearest is null ? HowTo : $"Did you mean {nearest}?"
            );
            return false;
        }

        OwnLimit before = own.GetValueOrDefault(limit) ?? new OwnLimit(limit, null, null);
        OwnLimit? after = isAction ? WithAction(text, before, value, out refusal) : WithValue(text, before, value, out refusal);
        if (after is not null)
            own[limit] = after;
        return refusal is null;
    }

    private static bool TryFind(string name, out AccountLimit limit)
    {
        foreach (AccountLimit one in LimitWords.All)
        {
            limit = one;
            if (one.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        limit = default;
        return false;
    }

    private static OwnLimit? WithAction(string text, OwnLimit before, string value, out Refusal? refusal)
    {
        refusal = null;
        if (IsDefault(value))
            return before with { Action = null };
        foreach (LimitAction action in before.Limit.Actions())
            if (action.Word().Equals(value, StringComparison.OrdinalIgnoreCase))
                return before with { Action = action };
        string words = string.Join(", ", before.Limit.Actions().Select(LimitWords.Word));
        refusal = new Refusal(
            PrintableText.Of(text, 80),
            $"what is done beyond {before.Limit} is one of {words}",
            $"Write {before.Limit}{LimitKeys.Action}={before.Limit.Actions()[^1].Word()}"
        );
        return null;
    }

    private static OwnLimit? WithValue(string text, OwnLimit before, string value, out Refusal? refusal)
    {
        refusal = null;
        if (IsDefault(value))
            return before with { Value = null };
        bool isBytes = before.Limit == AccountLimit.BytesPerMessage;
        long most = before.Limit == AccountLimit.HardBouncePercentPerDay ? 100 : int.MaxValue;
        if (TryRead(value, isBytes, out long number) && number <= most)
            return before with { Value = number };
        refusal = new Refusal(
            PrintableText.Of(text, 80),
            isBytes
                ? "it is no size"
                : string.Create(CultureInfo.InvariantCulture, $"it is no number from 0, for no limit, to {most}"),
            $"Write {before.Limit}={(isBytes ? "5M" : most == 100 ? "10" : "500")}, or 0 for no limit"
        );
        return null;
    }

    private static bool TryRead(string value, bool isBytes, out long number)
    {
        if (!isBytes)
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        IniReading<long> read = IniBytes.Read(value);
        number = read.Value;
        return value.Length > 0 && read.Faults.Count == 0;
    }

    private static bool IsDefault(string value) => value.Equals(Default, StringComparison.OrdinalIgnoreCase);
}
