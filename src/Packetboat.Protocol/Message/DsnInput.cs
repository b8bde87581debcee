using Packetboat.Protocol.Smtp;

namespace Packetboat.Protocol.Message;

/// <summary>What happened to a recipient. RFC 3464 §2.3.3.</summary>
public enum DsnAction
{
    Failed,
    Delayed,

    /// <summary>Handed to a system that makes no promise to report.</summary>
    Relayed,
    Delivered,
    Expanded,
}

/// <summary>What a report says about one recipient. RFC 3464 §2.3.</summary>
public sealed record DsnRecipient
{
    public required MailAddress Address { get; init; }

    public OriginalRecipient? Original { get; init; }

    public required DsnAction Action { get; init; }

    /// <summary>Empty to take it from the reply.</summary>
    public EnhancedStatus Status { get; init; }

    /// <summary>The peer's words; null where no peer has spoken, and then there is neither Remote-MTA nor Diagnostic-Code.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>Who spoke them.</summary>
    public string? RemoteHost { get; init; }

    /// <summary>For people, a paragraph an item: what this means and what can be done. May be empty.</summary>
    public IReadOnlyList<string> Explanation { get; init; } = [];

    public DateTimeOffset? LastAttempt { get; init; }

    /// <summary>For a delay: until when it is tried again. RFC 3464 §2.3.9.</summary>
    public DateTimeOffset? WillRetryUntil { get; init; }
}

/// <summary>Everything a report is made of.</summary>
public sealed record DsnInput
{
    public required string ReportingHost { get; init; }

    /// <summary>In which words it speaks to people.</summary>
    public required DsnWords Words { get; init; }

    /// <summary>Of the report, without angle brackets.</summary>
    public required string MessageId { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>To whom: the sender of the message. There is no report about a message with a null sender. RFC 5321 §4.5.5.</summary>
    public required MailAddress Sender { get; init; }

    /// <summary>When the message came to us.</summary>
    public required DateTimeOffset Arrival { get; init; }

    public string? EnvelopeId { get; init; }

    public DsnReturn Return { get; init; }

    public required IReadOnlyList<DsnRecipient> Recipients { get; init; }

    /// <summary>The message came with SMTPUTF8, so its sender can take a report that needs it too. RFC 6533 §1.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>The header of the message, with or without the blank line after it.</summary>
    public required ReadOnlyMemory<byte> OriginalHeader { get; init; }

    /// <summary>The whole message, header included; empty where it is too large to fetch or not wanted.</summary>
    public ReadOnlyMemory<byte> OriginalContent { get; init; }
}
