using System.Buffers;
using System.Security.Cryptography;
using Packetboat.Protocol.Message;

namespace Packetboat.Protocol.Dkim;

/// <summary>SHA-256 of the signed fields, and of the signature's own field without its value. RFC 6376 §3.4.1, §3.4.2, §3.7.</summary>
internal static class DkimHeaderHash
{
    /// <param name="header">Of the message.</param>
    /// <param name="names"><c>h=</c>, lower case: each name the next field from below. RFC 6376 §5.4.2.</param>
    /// <param name="form">Of the header.</param>
    /// <param name="signature">The signature's field; the value of <c>b=</c> does not count.</param>
    public static byte[] Of(
        HeaderBlock header,
        IEnumerable<string> names,
        DkimCanonicalization form,
        ReadOnlySpan<byte> signature
    )
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var next = new Dictionary<string, HeaderField?>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            HeaderField? field = next.TryGetValue(name, out HeaderField? known) ? known : header.Last(name);
            // A name without a field signs that there is none.
            next[name] = field is { } found ? header.Above(found) : null;
            if (field is { } signed)
                Append(hash, header.Octets(signed), form, withLineEnd: true);
        }

        Append(hash, Unsigned(signature), form, withLineEnd: false);
        return hash.GetHashAndReset();
    }

    private static byte[] Unsigned(ReadOnlySpan<byte> signature)
    {
        (int start, int length) = DkimSignature.ValueOfB(signature).GetOffsetAndLength(signature.Length);
        return [.. signature[..start], .. signature[(start + length)..]];
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> field, DkimCanonicalization form, bool withLineEnd)
    {
        if (form is DkimCanonicalization.Simple)
        {
            hash.AppendData(!withLineEnd && field.EndsWith("\r\n"u8) ? field[..^2] : field);
            return;
        }

        byte[] relaxed = ArrayPool<byte>.Shared.Rent(field.Length + 2);
        int length = Relax(field, relaxed);
        if (withLineEnd)
        {
            "\r\n"u8.CopyTo(relaxed.AsSpan(length));
            length += 2;
        }

        hash.AppendData(relaxed.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(relaxed);
    }

    private static int Relax(ReadOnlySpan<byte> field, Span<byte> relaxed)
    {
        int colon = field.IndexOf((byte)':');
        ReadOnlySpan<byte> name = field[..colon].TrimEnd(" \t"u8);
        System.Text.Ascii.ToLower(name, relaxed, out int length);
        if (length < name.Length)
            name.CopyTo(relaxed);
        length = name.Length;
        relaxed[length++] = (byte)':';
        int begin = length;
        bool blank = false;
        ReadOnlySpan<byte> value = field[(colon + 1)..];
        for (int at = 0; at < value.Length; at++)
        {
            byte octet = value[at];
            if (octet is (byte)' ' or (byte)'\t')
            {
                blank = true;
            }
            else if (octet == '\r' && at + 1 < value.Length && value[at + 1] == '\n')
            {
                at++;
            }
            else
            {
                if (blank && length > begin)
                    relaxed[length++] = (byte)' ';
                blank = false;
                relaxed[length++] = octet;
            }
        }

        return length;
    }
}
