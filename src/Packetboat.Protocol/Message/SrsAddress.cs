using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Packetboat.Protocol.Message;

/// <summary>
/// Addresses of the Sender Rewriting Scheme: <c>SRS0=mark=day=domain=local@ours</c>, and <c>SRS1=mark=host=…@ours</c> for one that another
/// host has rewritten, whose own part is kept as it is. Letters may change their case on the way, so the mark does not depend on it. The day
/// is two letters and digits that come round after 1024 days.
/// </summary>
public static class SrsAddress
{
    /// <summary>Characters of the mark: 40 bits, guessed at through a limited door.</summary>
    public const int MarkLength = 8;

    private const string First = "SRS0";
    private const string Again = "SRS1";
    private const string Letters = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Days = 1024;

    /// <param name="sender">To be rewritten.</param>
    /// <param name="domain">Ours.</param>
    /// <param name="today">Days since any day.</param>
    /// <param name="mark">The keyed hash of a text, of at least five octets.</param>
    /// <returns>Null where the local part would be longer than an address may have it.</returns>
    public static MailAddress? Forward(MailAddress sender, string domain, int today, Func<byte[], byte[]> mark)
    {
        string local = sender.LocalPart;
        if (sender.Domain.Length == 0 || local[0] == '"')
            return null;
        string rewritten = Rewritten(local, sender.AsciiDomain, today, mark);
        return MailAddress.TryParse($"{rewritten}@{domain}", out MailAddress? address) ? address : null;
    }

    /// <param name="address">In our domain.</param>
    /// <param name="today">As above.</param>
    /// <param name="age">Days for which one is good.</param>
    /// <param name="mark">As above.</param>
    public static SrsReading Read(MailAddress address, int today, int age, Func<byte[], byte[]> mark)
    {
        string local = address.LocalPart;
        if (local.Length < 5 || !IsSeparator(local[4]))
            return new SrsReading.Other();
        if (local.StartsWith(First, StringComparison.OrdinalIgnoreCase))
            return ReadFirst(local[5..], today, age, mark);
        return local.StartsWith(Again, StringComparison.OrdinalIgnoreCase) ? ReadAgain(local[5..], mark) : new SrsReading.Other();
    }

    private static string Rewritten(string local, string domain, int today, Func<byte[], byte[]> mark)
    {
        if (local.Length > 5 && IsSeparator(local[4]))
        {
            // Of another host: what it wrote must come back to it unchanged, its separator too.
            if (local.StartsWith(First, StringComparison.OrdinalIgnoreCase))
                return $"{Again}={Mark(mark, domain, local[4..])}={domain}={local[4..]}";
            string[] parts = local[5..].Split('=', 3);
            if (local.StartsWith(Again, StringComparison.OrdinalIgnoreCase) && parts.Length == 3)
                return $"{Again}={Mark(mark, parts[1], parts[2])}={parts[1]}={parts[2]}";
        }

        string day = Day(today);
        return $"{First}={Mark(mark, day, domain, local)}={day}={domain}={local}";
    }

    /// <summary>Days.</summary>
    private const int AheadAtMost = 2;

    private static SrsReading ReadFirst(string rest, int today, int age, Func<byte[], byte[]> mark)
    {
        string[] parts = rest.Split('=', 4);
        if (parts.Length < 4 || !IsMarked(parts[0], mark, parts[1], parts[2], parts[3]))
            return new SrsReading.Wrong("it was not made here");
        int days = (((today - DayOf(parts[1])) % Days) + Days) % Days;
        // Of tomorrow it is where a clock was put back since.
        return days > age && days < Days - AheadAtMost
            ? new SrsReading.Wrong(string.Create(CultureInfo.InvariantCulture, $"it was good for {age} days"))
            : Sender($"{parts[3]}@{parts[2]}");
    }

    private static SrsReading ReadAgain(string rest, Func<byte[], byte[]> mark)
    {
        string[] parts = rest.Split('=', 3);
        return parts.Length == 3 && parts[2].Length > 0 && IsMarked(parts[0], mark, parts[1], parts[2])
            ? Sender($"{First}{parts[2]}@{parts[1]}")
            : new SrsReading.Wrong("it was not made here");
    }

    private static SrsReading Sender(string text) =>
        MailAddress.TryParse(text, out MailAddress? sender)
            ? new SrsReading.Right(sender)
            : new SrsReading.Wrong("it stands for no address");

    private static bool IsSeparator(char letter) => letter is '=' or '-' or '+';

    private static bool IsMarked(string given, Func<byte[], byte[]> mark, params string[] parts) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(given.ToLowerInvariant()),
            Encoding.UTF8.GetBytes(Mark(mark, parts))
        );

    private static string Mark(Func<byte[], byte[]> mark, params string[] parts)
    {
        byte[] hash = mark(Encoding.UTF8.GetBytes(string.Join('=', parts).ToLowerInvariant()));
        var text = new StringBuilder(MarkLength);
        ulong bits = ((ulong)hash[0] << 32) | ((ulong)hash[1] << 24) | ((ulong)hash[2] << 16) | ((ulong)hash[3] << 8) | hash[4];
        for (int shift = 35; shift >= 0; shift -= 5)
            text.Append(Letters[(int)(bits >> shift) & 31]);
        return text.ToString();
    }

    private static string Day(int today)
    {
        int day = ((today % Days) + Days) % Days;
        return $"{Letters[day >> 5]}{Letters[day & 31]}";
    }

    /// <summary>Marked, so it is one of ours.</summary>
    private static int DayOf(string day) =>
        day.Length == 2
            ? (Math.Max(0, Letters.IndexOf(char.ToLowerInvariant(day[0]), StringComparison.Ordinal)) << 5)
                | Math.Max(0, Letters.IndexOf(char.ToLowerInvariant(day[1]), StringComparison.Ordinal))
            : 0;
}
