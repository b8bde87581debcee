using System.Globalization;
using System.Net;

namespace Packetboat.Relay.Configuration;

/// <summary>Reads networks as operators write them.</summary>
internal static class Network
{
    /// <summary><c>10.1.2.3/8</c> is taken for <c>10.0.0.0/8</c>; an address alone is a network of one.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        network = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string address = slash < 0 ? text : text[..slash];
        if (!ServerAddress.IsAddress(address))
            return false;

        byte[] octets = IPAddress.Parse(address).GetAddressBytes();
        int bits = octets.Length * 8;
        if (slash >= 0 && !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits))
            return false;
        if (bits > octets.Length * 8)
            return false;

        ClearHostBits(octets, bits);
        network = new IPNetwork(new IPAddress(octets), bits);
        return true;
    }

    private static void ClearHostBits(byte[] octets, int bits)
    {
        for (int i = 0; i < octets.Length; i++)
        {
            int kept = Math.Clamp(bits - i * 8, 0, 8);
            octets[i] &= (byte)(0xFF << (8 - kept));
        }
    }
}
