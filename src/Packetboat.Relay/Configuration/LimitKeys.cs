using System.Globalization;
using Packetboat.Relay.Hub;

namespace Packetboat.Relay.Configuration;

/// <summary>The keys of <c>[Limits]</c>: a value for each <see cref="AccountLimit"/>, and what is done beyond it.</summary>
internal static class LimitKeys
{
    public const string Section = "Limits";
    public const string HardBounceSample = "HardBounceSampleRecipients";
    public const string ComplaintReporters = "ComplaintReporters";

    /// <summary>Behind the limit's name: the key of what is done.</summary>
    public const string Action = "Action";

    private static readonly (AccountLimit Limit, string Default, LimitAction Action, string Meaning)[] Limits =
    [
        (AccountLimit.MessagesPerHour, "200", LimitAction.Refuse, "Messages that an account may send in an hour of the clock."),
        (AccountLimit.MessagesPerDay, "1000", LimitAction.Refuse, "Messages that an account may send in a day, UTC."),
        (
            AccountLimit.RecipientsPerHour,
            "500",
            LimitAction.Refuse,
            "Recipients of these messages in an hour, each time one is named."
        ),
        (AccountLimit.RecipientsPerDay, "2000", LimitAction.Refuse, "Recipients of these messages in a day."),
        (AccountLimit.RecipientsPerMessage, "100", LimitAction.Refuse, "Recipients that a message of an account may have."),
        (
            AccountLimit.FirstTimeRecipientsPerDay,
            "200",
            LimitAction.Refuse,
            "Recipients in a day whom the account has never sent to before: what a stolen password is used for."
        ),
        (AccountLimit.BytesPerMessage, "10M", LimitAction.Refuse, "Size of a message of an account."),
        (
            AccountLimit.QueuedMessages,
            "1000",
            LimitAction.Refuse,
            "Messages of an account that are in the queue at the same time, held ones too."
        ),
        (
            AccountLimit.HardBouncePercentPerDay,
            "20",
            LimitAction.Refuse,
            "Of the recipients of a day, how many of a hundred may be refused for good by those who were to take the mail: who sends to bought addresses has more."
        ),
        (
            AccountLimit.NullSenderMessagesPerHour,
            "50",
            LimitAction.Refuse,
            "Messages with the null sender, which is for reports, that an account may send in an hour."
        ),
        (
            AccountLimit.SpamComplaintsPerDay,
            "3",
            LimitAction.Suspend,
            "Messages of an account that may be called spam in a day, in feedback reports to abuse@HostName."
        ),
        (
            AccountLimit.NewNetworksPerDay,
            "5",
            LimitAction.Refuse,
            "Networks (/24, of IPv6 /48) in a day from which an account may sign in for the first time. Beyond that it may sign in, and its mail from there is not taken."
        ),
    ];

    public static IReadOnlyList<SettingKey> All { get; } = [.. Limits.SelectMany(Keys)];

    /// <summary>Reads all of them.</summary>
    public static AccountLimits Read(SettingReader keys)
    {
        AccountLimits limits = AccountLimits.None;
        foreach (AccountLimit limit in LimitWords.All)
        {
            string name = limit.ToString();
            long value = limit == AccountLimit.BytesPerMessage ? keys.Bytes(name) : keys.Integer(name);
            LimitAction action =
                limit.Actions().Count > 1
                    ? limit.Actions()[keys.Choice(name + Action, [.. limit.Actions().Select(LimitWords.Word)])]
                    : limit.Actions()[0];
            limits = limits.With(limit, value, action);
        }

        return limits.WithHardBounceSample(keys.Integer(HardBounceSample));
    }

    /// <summary>Limits that are each in order and do not fit each other.</summary>
    public static void Review(AccountLimits limits, SettingReader keys)
    {
        foreach (AccountLimit limit in LimitWords.All)
            if (limits[limit].Value == 0 && limit.Actions().Count > 1 && keys.EntryOf(limit + Action) is { IsBlank: false })
                keys.Report(
                    Severity.Warning,
                    limit + Action,
                    $"it has no effect, because {limit} is 0",
                    $"give {limit} a value, or remove the line"
                );
        long message = limits[AccountLimit.RecipientsPerMessage].Value;
        foreach (
            AccountLimit limit in new[]
            {
                AccountLimit.RecipientsPerHour,
                AccountLimit.RecipientsPerDay,
                AccountLimit.FirstTimeRecipientsPerDay,
            }
        )
            if (limits[limit].Value is > 0 and var most && (message == 0 || message > most))
                keys.Report(
                    Severity.Warning,
                    nameof(AccountLimit.RecipientsPerMessage),
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"a message may have more recipients than {limit} ({most}) ever lets through"
                    ),
                    string.Create(CultureInfo.InvariantCulture, $"write {nameof(AccountLimit.RecipientsPerMessage)}={most}")
                );
    }

    private static IEnumerable<SettingKey> Keys((AccountLimit Limit, string Default, LimitAction Action, string Meaning) one)
    {
        string name = one.Limit.ToString();
        bool isBytes = one.Limit == AccountLimit.BytesPerMessage;
        bool isPercent = one.Limit == AccountLimit.HardBouncePercentPerDay;
        string none = one.Limit switch
        {
            AccountLimit.RecipientsPerMessage => "0 is MaxRecipients.",
            AccountLimit.BytesPerMessage => "0 is MaxMsgSize.",
            _ => "0 is no limit.",
        };
        yield return new SettingKey(
            Section,
            name,
            isBytes ? SettingType.Bytes : SettingType.Integer,
            one.Default,
            $"{one.Meaning} {none}"
        )
        {
            IsUsedYet = true,
            Maximum = isPercent ? 100 : int.MaxValue,
        };
        if (isPercent)
            yield return new SettingKey(
                Section,
                HardBounceSample,
                SettingType.Integer,
                "20",
                $"Recipients of the day from which on {name} counts: two of three mean nothing."
            )
            {
                IsUsedYet = true,
                Minimum = 1,
                Maximum = int.MaxValue,
            };
        if (one.Limit == AccountLimit.SpamComplaintsPerDay)
            yield return new SettingKey(
                Section,
                ComplaintReporters,
                SettingType.List,
                "arf.mail.yahoo.com, staff@hotmail.com",
                "Authors whose feedback reports count, where DKIM or SPF shows that they are theirs: domains, with what is below them, and addresses. "
                    + "The default is Yahoo's and Microsoft's feedback loops; add those that you register with."
            )
            {
                IsUsedYet = true,
            };
        if (one.Limit.Actions().Count > 1)
            yield return new SettingKey(
                Section,
                name + Action,
                SettingType.Choice,
                one.Action.Word(),
                $"What is done beyond {name}: {string.Join("; ", one.Limit.Actions().Select(Meaning))}."
            )
            {
                IsUsedYet = true,
            };
    }

    private static string Meaning(LimitAction action) =>
        action switch
        {
            LimitAction.Delay => "delay takes it and lets it leave once the limit allows it",
            LimitAction.Hold => "hold takes it and keeps it until you release it",
            LimitAction.Suspend => "suspend refuses it and suspends the account until you resume it",
            _ => "refuse leaves the mail with the node",
        };
}
