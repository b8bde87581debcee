namespace Packetboat.Bench.Micro;

/// <summary>All of them.</summary>
internal static class Operations
{
    private static readonly byte[] Text =
    [
        .. Enumerable.Repeat("A line of a message, as long as most of them are.\r\n"u8.ToArray(), 80).SelectMany(line => line),
    ];

    private static readonly IReadOnlyDictionary<string, Func<string, IOperation>> Makers = new Dictionary<
        string,
        Func<string, IOperation>
    >(StringComparer.Ordinal)
    {
        ["parse-mail"] = name => new ParseOperation(name, "MAIL FROM:<alice@node.example> SIZE=4096 BODY=8BITMIME"),
        ["parse-rcpt"] = name => new ParseOperation(name, "RCPT TO:<joe@far.example> NOTIFY=FAILURE"),
        ["format-reply"] = name => new ReplyOperation(name),
        ["read-dots-4k"] = name => new ReadOperation(name, Text),
        ["write-dots-4k"] = name => new StuffOperation(name, Text),
        ["dkim-hash-4k"] = name => new HashOperation(name, Text),
        ["session-4k"] = name => new SessionOperation(name, Text),
        ["commit-4k"] = name => new CommitOperation(name, Text),
        ["schedule-3"] = name => new ScheduleOperation(name, Text),
        ["relay-4k"] = name => new RelayOperation(name, Text),
    };

    public static IEnumerable<string> Names => Makers.Keys;

    public static IOperation Make(string name) => Makers[name](name);
}
