using Packetboat.Protocol.Message;
using Packetboat.Protocol.Smtp;
using Packetboat.Relay.Hub;
using Packetboat.Relay.Queue;

namespace Packetboat.Relay.Spool;

/// <summary>Where a message's bytes go while they arrive.</summary>
public interface ISpool
{
    /// <summary>Why no mail is taken for the moment, in words for whoever brings some; null: it is taken.</summary>
    string? Refusal { get; }

    /// <summary>Begins a message. Disposing it without a commit forgets it.</summary>
    ISpooledMessage Begin();
}

/// <summary>
/// A message on its way to the store. It is accepted the moment <see cref="CommitAsync"/> completes, and not before: until then nothing
/// survives a restart.
/// </summary>
public interface ISpooledMessage : IAsyncDisposable
{
    /// <summary>The id that the message will have.</summary>
    string Id { get; }

    /// <summary>Octets appended.</summary>
    long Size { get; }

    /// <summary>Takes bytes into memory. Call <see cref="FlushAsync"/> before more than 64 KiB have been added since the last call.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Hands full chunks to the store, so that the message never stands in memory whole.</summary>
    /// <exception cref="StoreUnavailableException">The disk is full or failing.</exception>
    ValueTask FlushAsync(CancellationToken stopping);

    /// <summary>Accepts the message: after this it is ours to deliver.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was accepted.</exception>
    Task CommitAsync(SpoolEnvelope envelope, CancellationToken stopping);
}

/// <summary>What is known of a message besides its bytes.</summary>
/// <param name="Sender">Null is <c>&lt;&gt;</c>.</param>
/// <param name="Recipients">At least one.</param>
/// <param name="Account">Who signed in.</param>
/// <param name="Origin">Where it came from, in words.</param>
/// <param name="Trace">Header fields to stand in front of the content.</param>
/// <param name="Body">7BIT or 8BITMIME.</param>
/// <param name="SmtpUtf8">The next hop must offer SMTPUTF8.</param>
/// <param name="Dsn">RET and ENVID.</param>
/// <param name="IsOurs">From an account, or whom the operator trusts: we put our name to it, and sign it.</param>
/// <param name="Usage">Counted against the account's limits; null: not counted.</param>
/// <param name="Warning">For its story: why it may not arrive; empty: nothing.</param>
/// <param name="Tls">What its sender wants.</param>
public sealed record SpoolEnvelope(
    MailAddress? Sender,
    IReadOnlyList<EnvelopeRecipient> Recipients,
    string? Account,
    string Origin,
    byte[] Trace,
    BodyType Body,
    bool SmtpUtf8,
    EnvelopeNotice Dsn,
    bool IsOurs = false,
    UsageReservation? Usage = null,
    string Warning = "",
    TlsWish Tls = TlsWish.Usual
);

/// <summary>A forward-path and its DSN parameters.</summary>
public sealed record EnvelopeRecipient(MailAddress Address, RecipientNotice Dsn);
