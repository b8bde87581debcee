namespace Packetboat.Bench.Relay;

/// <summary>The section <c>[Limits]</c> of <c>packetboat.ini</c> for a load that no honest account has.</summary>
internal static class LimitLines
{
    private static readonly string[] ByLoad =
    [
        "MessagesPerHour",
        "MessagesPerDay",
        "RecipientsPerHour",
        "RecipientsPerDay",
        "FirstTimeRecipientsPerDay",
        "QueuedMessages",
    ];

    private static readonly string[] Others =
    [
        "RecipientsPerMessage",
        "BytesPerMessage",
        "HardBouncePercentPerDay",
        "NullSenderMessagesPerHour",
        "SpamComplaintsPerDay",
        "NewNetworksPerDay",
    ];

    /// <summary>Nothing is limited.</summary>
    public static string None { get; } = Section([.. ByLoad, .. Others], 0);

    /// <summary>All is counted and compared as with the defaults, and those that the load would reach are out of its reach.</summary>
    public static string OutOfReach { get; } = Section(ByLoad, 1_000_000_000);

    private static string Section(string[] names, int value) =>
        $"[Limits]\n{string.Concat(names.Select(name => $"{name} = {value}\n"))}";
}
