using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>When a recipient's sender wants to hear. RFC 3461 §4.1.</summary>
[Flags]
public enum DsnNotify
{
    /// <summary>Nothing was asked: failures are reported, delays may be.</summary>
    Unspecified = 0,

    /// <summary>Not even failures. Stands alone.</summary>
    Never = 1,
    Success = 2,
    Failure = 4,
    Delay = 8,
}

/// <summary>How much of the message a failure report returns. RFC 3461 §4.3.</summary>
public enum DsnReturn
{
    Unspecified,
    Full,
    Headers,
}

/// <summary>The values of NOTIFY, RET and ENVID; ORCPT is <see cref="OriginalRecipient"/>. RFC 3461 §4.</summary>
public static class DsnParameters
{
    /// <summary>Octets, encoded. RFC 3461 §4.4.</summary>
    public const int MaxEnvelopeId = 100;

    public static bool TryParseNotify(ReadOnlySpan<byte> value, out DsnNotify notify)
    {
        notify = DsnNotify.Unspecified;
        foreach (Range range in value.Split((byte)','))
        {
            DsnNotify word = NotifyOf(value[range]);
            if (word is DsnNotify.Unspecified || notify.HasFlag(word))
                return false;
            notify |= word;
        }

        // NEVER cannot be combined. RFC 3461 §4.1.
        return notify is not DsnNotify.Unspecified && (notify is DsnNotify.Never || !notify.HasFlag(DsnNotify.Never));
    }

    public static bool TryParseReturn(ReadOnlySpan<byte> value, out DsnReturn extent)
    {
        extent =
            Ascii.EqualsIgnoreCase(value, "FULL"u8) ? DsnReturn.Full
            : Ascii.EqualsIgnoreCase(value, "HDRS"u8) ? DsnReturn.Headers
            : DsnReturn.Unspecified;
        return extent is not DsnReturn.Unspecified;
    }

    /// <summary>Decodes an ENVID, which must be of printable ASCII. RFC 3461 §4.4.</summary>
    public static bool TryParseEnvelopeId(ReadOnlySpan<byte> value, [NotNullWhen(true)] out string? id)
    {
        id = null;
        return value.Length is > 0 and <= MaxEnvelopeId
            && XText.TryDecode(value, out id)
            && !id.AsSpan().ContainsAnyExceptInRange(' ', '~');
    }

    public static string Format(DsnNotify notify)
    {
        if (notify is DsnNotify.Never)
            return "NEVER";

        string[] words =
        [
            notify.HasFlag(DsnNotify.Success) ? "SUCCESS" : "",
            notify.HasFlag(DsnNotify.Failure) ? "FAILURE" : "",
            notify.HasFlag(DsnNotify.Delay) ? "DELAY" : "",
        ];
        return string.Join(',', words.Where(word => word.Length > 0));
    }

    private static DsnNotify NotifyOf(ReadOnlySpan<byte> word) =>
        Ascii.EqualsIgnoreCase(word, "NEVER"u8) ? DsnNotify.Never
        : Ascii.EqualsIgnoreCase(word, "SUCCESS"u8) ? DsnNotify.Success
        : Ascii.EqualsIgnoreCase(word, "FAILURE"u8) ? DsnNotify.Failure
        : Ascii.EqualsIgnoreCase(word, "DELAY"u8) ? DsnNotify.Delay
        : DsnNotify.Unspecified;
}
