using System.Text;

namespace Packetboat.Fuzz;

/// <summary>
/// Makes inputs out of others: a few random changes to a known one, with the words of the protocol and the octets that parsers stumble over.
/// The same seed makes the same inputs.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> words)
{
    private const int MaxLength = 64 * 1024;

    private static readonly byte[][] Common =
    [
        .. new[]
        {
            "\r\n",
            "\n",
            "\r",
            "\0",
            ".",
            "\r\n.\r\n",
            "\n.\n",
            "\r.\r",
            "\r\n.\n",
            "\n.\r\n",
            "\r\n\0.\r\n",
            " ",
            "\t",
            ",",
            ";",
            ":",
            "=",
            "<",
            ">",
            "@",
            "\"",
            "\\",
            "[",
            "]",
            "(",
            ")",
            "%",
            "!",
            "+",
            "-",
            "*",
            "/",
            "\x1b[31m",
            "\x7f",
            "\u0085",
            "\u00a0",
            "\u00ad",
            "\u2028",
            "\u202e",
            "\ufeff",
            "\ud83d\ude80",
            "\u0130",
            "0",
            "9",
            "-1",
            "4294967296",
            "9223372036854775807",
            "99999999999999999999",
            "~",
        }.Select(Encoding.UTF8.GetBytes),
        [0x80],
        [0xC0, 0x80],
        [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80],
        [0xFE],
        [0xFF],
    ];

    private readonly Random _random = new(seed);
    private readonly byte[][] _words = [.. words.Select(Encoding.UTF8.GetBytes)];

    public byte[] Change(byte[] input, byte[] other)
    {
        var changed = new List<byte>(input);
        for (int left = 1 + _random.Next(6); left > 0; left--)
            ChangeOnce(changed, other);
        return changed.Count > MaxLength ? [.. changed[..MaxLength]] : [.. changed];
    }

    private void ChangeOnce(List<byte> input, byte[] other)
    {
        switch (_random.Next(10))
        {
            case 0 when input.Count > 0:
                input[_random.Next(input.Count)] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when input.Count > 0:
                input[_random.Next(input.Count)] = (byte)_random.Next(256);
                break;
            case 2 when input.Count > 0:
                (int from, int length) = Part(input.Count);
                input.RemoveRange(from, length);
                break;
            case 3 when input.Count > 0:
                (from, length) = Part(input.Count);
                input.InsertRange(_random.Next(input.Count + 1), input.GetRange(from, length));
                break;
            case 4 when other.Length > 0:
                (from, length) = Part(other.Length);
                input.InsertRange(_random.Next(input.Count + 1), other[from..(from + length)]);
                break;
            case 5 when _random.Next(4) == 0:
                Repeat(input);
                break;
            case 6 or 7 when _words.Length > 0:
                input.InsertRange(_random.Next(input.Count + 1), Pick(_words));
                break;
            case 8 when input.Count > 0:
                byte[] instead = Pick(Common);
                int place = _random.Next(input.Count);
                input.RemoveRange(place, Math.Min(instead.Length, input.Count - place));
                input.InsertRange(place, instead);
                break;
            default:
                input.InsertRange(_random.Next(input.Count + 1), Pick(Common));
                break;
        }
    }

    /// <summary>Limits are where long things meet them.</summary>
    private void Repeat(List<byte> input)
    {
        int[] lengths = [60, 64, 250, 256, 500, 512, 990, 998, 999, 1000, 2045, 2048, 12_288, 20_000];
        byte[] text = _random.Next(2) == 0 ? "a"u8.ToArray() : Pick(Common);
        int times = Math.Max(1, (lengths[_random.Next(lengths.Length)] + _random.Next(-3, 4)) / text.Length);
        int place = _random.Next(input.Count + 1);
        input.InsertRange(place, Enumerable.Repeat(text, times).SelectMany(part => part));
    }

    private (int From, int Length) Part(int count)
    {
        int from = _random.Next(count);
        int most = count - from;
        return (from, 1 + _random.Next(_random.Next(4) == 0 ? most : Math.Min(most, 8)));
    }

    private byte[] Pick(byte[][] from) => from[_random.Next(from.Length)];
}
