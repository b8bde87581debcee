using System.Security.Cryptography;
using Packetboat.Protocol.Dkim;
using Packetboat.Relay.Telemetry;

namespace Packetboat.Relay.Signing;

/// <summary>Signs what goes out: mail that is accepted, and reports of our own.</summary>
public sealed class MessageSigner(ISigningKeys keys, MailLog log, TimeProvider time)
{
    private static readonly DkimSigningOptions Options = new();

    /// <summary>Whether there may be a key for a message. Asked before its first octet.</summary>
    public bool MaySign => keys.AreAny;

    /// <summary>For the octets of a message that is to be signed.</summary>
    public static DkimMessage Begin() => new(Options.BodyForm);

    /// <param name="id">For the log.</param>
    /// <param name="message">Complete, and from <see cref="Begin"/>.</param>
    /// <returns>Fields to be put in front, each with its CRLF; empty where no key is for it.</returns>
    public byte[] Sign(string id, DkimMessage message)
    {
        byte[] signatures = [];
        foreach (DkimSigningKey key in keys.For(message.Header))
            signatures = [.. signatures, .. Signature(id, message, key)];
        return signatures;
    }

    /// <param name="id">For the log.</param>
    /// <param name="content">A whole message.</param>
    /// <param name="domain">Only as this one, or one that it lies in; null: as anyone.</param>
    /// <returns>As above.</returns>
    public byte[] Sign(string id, ReadOnlySpan<byte> content, string? domain = null)
    {
        if (!MaySign)
            return [];
        using DkimMessage message = Begin();
        message.Append(content);
        message.Complete();
        byte[] signatures = [];
        foreach (DkimSigningKey key in keys.For(message.Header).Where(key => domain is null || IsWithin(domain, key.Domain)))
            signatures = [.. signatures, .. Signature(id, message, key)];
        return signatures;
    }

    private static bool IsWithin(string domain, string of) =>
        domain.Equals(of, StringComparison.OrdinalIgnoreCase) || domain.EndsWith($".{of}", StringComparison.OrdinalIgnoreCase);

    /// <summary>Empty where it cannot be: unsigned mail is better than none.</summary>
    private byte[] Signature(string id, DkimMessage message, DkimSigningKey key)
    {
        string? refusal;
        try
        {
            byte[] field = DkimSigner.Sign(message, key, Options, time.GetUtcNow(), out refusal);
            if (refusal is null)
                return field;
        }
        catch (CryptographicException failure)
        {
            refusal = $"the key {key.Selector} of {key.Domain} fails: {failure.Message}";
        }

        log.NotSigned(id, refusal);
        return [];
    }
}
