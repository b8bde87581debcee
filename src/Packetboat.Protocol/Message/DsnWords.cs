namespace Packetboat.Protocol.Message;

/// <summary>What a report says to people, in the language of its reader. What it says to programs has no language.</summary>
public sealed record DsnWords
{
    /// <summary>Such as <c>de</c>. RFC 5646, RFC 3282.</summary>
    public required string Language { get; init; }

    /// <summary>At most 200 octets of UTF-8.</summary>
    public required string Subject { get; init; }

    /// <summary>A sentence: who writes this.</summary>
    public required string Opening { get; init; }

    /// <summary>What it is all about, by what happened to those who follow.</summary>
    public required IReadOnlyDictionary<DsnAction, string> Introductions { get; init; }

    /// <summary>What stands before a peer's words; <c>{host}</c> is its name.</summary>
    public required string Said { get; init; }
}
