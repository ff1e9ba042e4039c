// What each family of ops offers to the library's entry: its registration.
#pragma once

namespace ddod {

void registerDeformColumns();
void registerGroupNorm();
void registerBiasActivation();
void registerDepthwise();
void registerFilterGradient();

}  // namespace ddod
