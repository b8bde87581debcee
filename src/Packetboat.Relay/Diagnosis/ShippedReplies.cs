using Packetboat.Relay.Configuration;
using Packetboat.Relay.Configuration.SbbsIni;

namespace Packetboat.Relay.Diagnosis;

/// <summary>The table that comes with the program, <c>replies.ini</c> beside this file.</summary>
internal static class ShippedReplies
{
    private const string Resource = "Packetboat.Relay.Diagnosis.replies.ini";

    private static readonly Lazy<ReplyTable> Read = new(() => Parse(out _));

    public static ReplyTable Table => Read.Value;

    /// <summary>The file as it ships, for an operator who wants to see how it is done.</summary>
    public static byte[] Content()
    {
        using Stream stream = typeof(ShippedReplies).Assembly.GetManifestResourceStream(Resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    internal static ReplyTable Parse(out IReadOnlyList<Problem> problems)
    {
        IniDocument document = IniReader.Parse(Content(), "replies.ini", "");
        var found = new List<Problem>();
        ReplyTable table = ReplyTableReader.Read(document, shipped: null, found);
        problems = found;
        return table;
    }
}
